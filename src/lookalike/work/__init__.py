"""Doing work: in threads, in processes, and showing how far it has come."""
