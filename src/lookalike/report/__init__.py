"""What a search gives back, for people and for programs."""
