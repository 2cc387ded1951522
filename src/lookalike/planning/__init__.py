"""Decides which duplicates can go, and writes that down as a plan. Nothing is changed."""
