"""Plans of what was decided, carrying them out, and taking that back."""
