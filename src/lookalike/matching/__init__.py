"""From hashes to groups: which images match, what connects them, and which one to keep."""
