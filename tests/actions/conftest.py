"""A state folder, a trash and a tree of their own for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from clean_up import Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Where a test has its files."""
    return Place.at(tmp_path, monkeypatch)
