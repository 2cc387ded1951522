"""`PREPARATION`: the version of how pictures are prepared for hashing."""

PREPARATION = 2
"""The version of the steps from a file's bytes to the frozen steps of `docs/hashes.md`.

They decide how transparency is seen, how deep samples become 8 bits, and which frames are sampled.
The number goes up when a change to them changes the hashes of some pictures. Files from before the
number was stored count as 1."""
