"""The result of a search, for people and for programs."""
