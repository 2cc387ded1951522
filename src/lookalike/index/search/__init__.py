"""Ways to search hashes exactly, and the choice between them."""
