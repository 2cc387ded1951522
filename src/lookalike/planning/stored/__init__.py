"""A plan as a file: written, and read back strictly."""
