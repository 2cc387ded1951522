"""Turns inputs into a table of hashes, in threads or processes."""
