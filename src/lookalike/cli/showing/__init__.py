"""Commands that show pictures: the report, and the review."""
