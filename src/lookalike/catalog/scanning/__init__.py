"""One scan: lists folders, compares them with what is known, reads what changed, stores it."""
