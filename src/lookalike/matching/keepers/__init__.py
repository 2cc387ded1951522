"""Which image of a group to keep, and why. Every command uses the same rules in one order."""
