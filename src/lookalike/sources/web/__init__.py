"""Images from http and https URLs."""
