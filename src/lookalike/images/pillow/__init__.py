"""Pillow images to pixels."""
