"""Commands that carry out plans, take that back, and tell what was done."""
