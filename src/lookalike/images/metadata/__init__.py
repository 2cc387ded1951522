"""What files say about their pictures besides pixels: date taken, camera, place and so on."""

from lookalike.images.metadata.metadata import NOTHING, Metadata, metadata_in, read_metadata
from lookalike.images.metadata.movie import Movie, read_movie

__all__ = ["NOTHING", "Metadata", "Movie", "metadata_in", "read_metadata", "read_movie"]
