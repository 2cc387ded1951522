"""What is done with a catalogue besides scanning: counts, checks, copies, and forgetting."""
