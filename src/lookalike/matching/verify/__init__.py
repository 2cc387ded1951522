"""The second look: from candidate pairs to links that a person would agree with."""
