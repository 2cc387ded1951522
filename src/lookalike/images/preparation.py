"""`PREPARATION`: which way of preparing pictures for their hashes this is."""

PREPARATION = 2
"""What becomes of a file's bytes before the frozen steps of `docs/hashes.md` begin: how what is
transparent is seen, how deep samples become 8 bits, and which frames are looked at. It counts up
when that changes some pictures' hashes; files from before the number was kept are 1."""
