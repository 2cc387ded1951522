"""What one image is read from, and the door where whatever a caller gives becomes that."""
