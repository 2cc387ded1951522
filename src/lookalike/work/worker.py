"""The code of a worker process of `work.processes`: it reads items and writes results.

It ends when its parent has gone. It cannot notice that while a decoder hangs. Then the system ends
it: on Linux at once, elsewhere by an alarm a little after its time is up.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

GRACE = 5.0
"""Seconds after the time limit. The parent of this process enforces the limit as well."""
PR_SET_PDEATHSIG = 1
"""The option of Linux's prctl that selects the signal to send when the parent has gone."""


class Job(NamedTuple):
    """The first message to a worker."""

    prepare: Callable[[], object] | None
    """Called once, before anything else."""
    function: Callable[[Any], Any]
    """Called with each item."""
    timeout: float
    """In seconds per item."""
    memory: int
    """In bytes, in addition to what the process uses when it is ready."""


class Reply(NamedTuple):
    """The outcome of one item. The first reply only says that the worker is ready."""

    result: Any
    """The result of the function, or the exception that it raised."""
    raised: bool
    last: bool
    """Whether the process ends now, because it has grown and too little memory may be left."""


def main() -> None:
    """Serve items from standard input. Printed text cannot mix with the replies."""
    null = os.open(os.devnull, os.O_RDWR)
    while null <= 2:  # standard error was closed
        null = os.open(os.devnull, os.O_RDWR)
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(null, 0)
    os.dup2(null, 1)
    with suppress(EOFError, BrokenPipeError):  # the parent of this process has gone
        _serve(requests, replies)
    os._exit(0)  # without a clean-up, in which broken decoders may crash


def _serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    _end_with_parent()
    warnings.simplefilter("ignore")  # nobody sees warnings of odd metadata here
    job: Job = pickle.load(requests)
    if job.prepare is not None:
        job.prepare()
    _be_the_first_to_go()
    enough = _limit_memory(job.memory)
    reply = Reply(None, raised=False, last=False)
    while True:
        replies.write(pickle.dumps(reply))
        replies.flush()
        if reply.last:
            return
        try:
            item = pickle.load(requests)
        except MemoryError as error:  # only a part of the item was read
            reply = Reply(error, raised=True, last=True)
            continue
        _alarm(job.timeout + GRACE)
        try:
            result, raised = job.function(item), False
        except Exception as error:  # noqa: BLE001  # raised again in the parent process
            result, raised = error, True
        _alarm(0.0)
        reply = Reply(result, raised, last=_size() > enough)


def _alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _end_with_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent process
    if sys.platform == "linux":
        import ctypes

        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _be_the_first_to_go() -> None:
    """Leave no dump after a crash, and let a lack of memory end this process first."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        with suppress(OSError):  # if memory runs out, the system ends this process first
            Path("/proc/self/oom_score_adj").write_text("800")


def _limit_memory(memory: int) -> int:
    """Limit the growth of this process to `memory` bytes. Returns the size at which to end."""
    size = _size()
    if not size:  # not supported on this system
        return sys.maxsize
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = size + memory
    if most == resource.RLIM_INFINITY or wanted < most:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))
    return size + memory // 2


def _size() -> int:
    """The size of the address space of this process in bytes. 0 if it is unknown."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
