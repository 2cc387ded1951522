"""Folders, globs and links on this machine and on the file systems of fsspec."""
