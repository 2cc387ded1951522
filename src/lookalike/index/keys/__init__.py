"""The keys of an index, and where one is."""
