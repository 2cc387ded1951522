"""Reads pixels with Pillow."""
