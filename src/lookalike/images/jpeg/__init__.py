"""Reads JPEG without Pillow, and decodes only as many pixels as a hash needs."""
