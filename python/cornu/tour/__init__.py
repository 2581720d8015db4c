"""What `python -m cornu` shows: back-propagation with every figure, then a network on real data."""
