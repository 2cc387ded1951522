"""Packed blocks and what is done with them inside one task. Nothing here knows Spark."""
