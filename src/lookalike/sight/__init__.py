"""Sight: a second look at the pixels of pictures that may be the same."""
