"""The tables of a catalogue. All SQL is in this folder."""
