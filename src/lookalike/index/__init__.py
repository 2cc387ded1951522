"""Exact search by Hamming distance."""
