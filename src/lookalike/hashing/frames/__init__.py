"""The frames of one file that are hashed, and how those of a whole search are kept."""
