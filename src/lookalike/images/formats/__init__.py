"""Which format a file has, what reads it, and how to get it read."""
