"""What `python -m cornu` shows: back-propagation with every figure, then six steps from data to prediction."""
