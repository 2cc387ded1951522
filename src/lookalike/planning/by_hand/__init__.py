"""What a person decided about groups, which a plan then follows."""
