"""The journal of each run: what was about to be done, and what became of it."""
