"""From inputs to a table of hashes, in threads or processes."""
