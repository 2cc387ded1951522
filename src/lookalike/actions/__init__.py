"""Carries out plans and takes them back. The only package that changes people's files."""
