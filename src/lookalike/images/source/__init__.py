"""Sources: what an image is read from. The door turns whatever a caller passes into one."""
