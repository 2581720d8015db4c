"""Values recorded from Keras, and the cases that make them."""
