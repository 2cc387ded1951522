"""The page on which groups are looked at and decided, and the server behind it."""
