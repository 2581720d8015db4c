"""What users write in Python, as the core calls it."""
