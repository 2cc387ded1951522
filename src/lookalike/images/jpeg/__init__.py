"""JPEG without Pillow: its header, and no more of its pixels than a hash needs."""
