"""The second look at pixels: small grey pictures, and local features that survive edits."""
