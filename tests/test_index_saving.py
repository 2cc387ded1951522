"""An index and its file: saved, opened by several processes, written over, and damaged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index_model import KINDS, Kind, Model, bands_of, collected, small_tails
from lookalike import Index, IndexFileError, hash_image  # noqa: F401
from lookalike.index import Linear
from lookalike.index.file import Header, open_file, write
from lookalike.index.multi_index import MultiIndex
