"""Exact search by Hamming distance."""

from lookalike.index.index import Index
from lookalike.index.search.linear import Linear
from lookalike.index.search.multi_index import searcher_for
from lookalike.index.search.searcher import Block, Searcher
from lookalike.index.sets import members_of
from lookalike.index.state import Match, Matches

__all__ = ["Block", "Index", "Linear", "Match", "Matches", "Searcher", "members_of", "searcher_for"]
