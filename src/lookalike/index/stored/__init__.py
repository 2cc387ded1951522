"""The file of an index."""
