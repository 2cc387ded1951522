"""The second look: whether two pictures that may be the same would be called so by a person."""
