"""What an `Item` raises is the failure of that item, even the library's own errors."""

from __future__ import annotations

import io
import pickle
from typing import Any, BinaryIO

import pytest

from archives import png
from lookalike import ImageError, Status, hash_images
from lookalike.errors import UnexpectedError, WorkerStartError
from lookalike.hashing.hashing import named
from lookalike.images import WholeNeededError


class Raising:
    key, size = "raising", None

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def open(self) -> BinaryIO:
        raise self._error


class Half(ImageError):
    """One that does not say why."""

    def __init__(self) -> None:
        Exception.__init__(self, "half")


class Mute(OSError):
    def __str__(self) -> str:
        raise RuntimeError("nothing to say")


UNEXPECTED = [
    (WorkerStartError("no"), "unexpected WorkerStartError: no"),
    (WholeNeededError(), "unexpected WholeNeededError"),
    (GeneratorExit(), "unexpected GeneratorExit"),
    (ImageError("weird", "r"), "not the status 'weird'"),  # type: ignore[arg-type]
    (ImageError(Status.OK, "r"), "not the status <Status.OK"),
    (Half(), "not the status None"),
]


@pytest.mark.parametrize(("error", "reason"), UNEXPECTED, ids=lambda one: type(one).__name__)
@pytest.mark.thorough
def test_what_only_looks_like_an_error_of_ours_is_unexpected(
    error: BaseException, reason: str
) -> None:
    """The scan goes on, in this process or with others."""
    images: list[Any] = [png(1), Raising(error), png(2)]
    for options in ({"workers": 1}, {"workers": 2}, {"workers": 1, "isolate": True}):
        table = hash_images(images, **options)  # type: ignore[arg-type]
        assert table.paths == ["[0]", "[2]"]
        (failure,) = table.failures
        assert failure.status is Status.UNREADABLE
        assert reason in failure.reason
        assert failure.traceback


def test_a_path_that_raises_generator_exit_is_a_failure() -> None:
    """Also while the inputs are listed."""

    class Gone:
        size = None

        def open(self) -> BinaryIO:
            return io.BytesIO(png(3))

        @property
        def key(self) -> str:
            raise GeneratorExit

    table = hash_images([png(1), Gone(), png(2)])
    assert table.paths == ["[0]", "[2]"]


def test_a_status_of_an_item_is_kept() -> None:
    """An `ImageError` that says why is believed."""
    (failure,) = hash_images([Raising(ImageError(Status.NOT_FOUND, "no"))]).failures
    assert (failure.status, failure.reason, failure.traceback) == (Status.NOT_FOUND, "no", "")


@pytest.mark.parametrize(
    ("error", "name"), [(OSError(), "OSError"), (TimeoutError(), "TimeoutError"), (Mute(), "Mute")]
)
def test_a_system_error_without_words_is_named_by_its_type(error: OSError, name: str) -> None:
    """No reason ends in a colon."""
    (failure,) = hash_images([Raising(error)]).failures
    assert failure.reason == f"it cannot be read: {name}"


def test_a_path_is_added_to_an_unexpected_error_without_loss() -> None:
    """Its traceback stays, also through a pickle."""
    error = named(UnexpectedError.of(KeyError("x")), "a.zip!/b.jpg")
    for one in (error, pickle.loads(pickle.dumps(error))):
        assert isinstance(one, UnexpectedError)
        assert "KeyError" in one.traceback
        assert (str(one), one.path) == ("a.zip!/b.jpg: unexpected KeyError: 'x'", "a.zip!/b.jpg")
