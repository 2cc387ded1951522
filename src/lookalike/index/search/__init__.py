"""Ways to search hashes exactly, and which of them to take."""
