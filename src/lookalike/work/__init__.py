"""Runs work in threads or processes, and shows its progress."""
