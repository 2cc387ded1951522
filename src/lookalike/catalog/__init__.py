"""Remembers what was found out about files, so that only what changed is read again."""
