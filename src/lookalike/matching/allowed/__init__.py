"""Which images may be linked: those of two sets, and none that a person told apart."""
