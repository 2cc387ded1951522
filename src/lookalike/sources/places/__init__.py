"""File systems: this machine's and those that fsspec knows, their folders and globs."""
