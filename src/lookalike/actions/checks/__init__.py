"""What must hold right before something is done: files, matches, and what stays."""
