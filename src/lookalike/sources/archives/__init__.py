"""Images in zip and tar archives."""
