"""The keys of an index, and how to find one."""
