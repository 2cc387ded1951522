"""What a search keeps in a catalogue, besides the rows of images."""
