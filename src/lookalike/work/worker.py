"""The inside of a worker process of `work.processes`: takes items, gives results, and ends.

It ends when nobody is left to give it items. While a decoder hangs it cannot see that: then it is
for the system to end it, on Linux at once, elsewhere by an alarm a little after its time is up.
"""

from __future__ import annotations

import logging
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
"""Seconds after the time limit, which whoever started this process holds it to as well."""
PR_SET_PDEATHSIG = 1
"""Of Linux's prctl: which signal is sent when the parent has gone."""


class Job(NamedTuple):
    """What a worker is told at first."""

    prepare: Callable[[], object] | None
    """Called once, before anything else."""
    function: Callable[[Any], Any]
    """Called with each item."""
    timeout: float
    """In seconds, for each item."""
    memory: int
    """In bytes, beyond what the process has when it is ready."""


class Reply(NamedTuple):
    """What became of one item; the first of all says that the worker is ready."""

    result: Any
    """Of the function, or the exception that it raised."""
    raised: bool
    last: bool
    """Whether the process ends now: it has grown, and what is left may be too little."""


def main() -> None:
    """Serve items from standard input; nothing that is printed gets among the replies."""
    null = os.open(os.devnull, os.O_RDWR)
    while null <= 2:  # standard error was closed
        null = os.open(os.devnull, os.O_RDWR)
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(null, 0)
    os.dup2(null, 1)
    with suppress(EOFError, BrokenPipeError):  # whoever started this process has gone
        _serve(requests, replies)
    os._exit(0)  # without tidying up, in which broken decoders may crash


def _serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    _end_with_parent()
    warnings.simplefilter("ignore")  # of odd metadata: nobody here would see them
    logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)
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
        except MemoryError as error:  # in the middle of it
            reply = Reply(error, raised=True, last=True)
            continue
        _alarm(job.timeout + GRACE)
        try:
            result, raised = job.function(item), False
        except Exception as error:  # noqa: BLE001  # raised again where the item came from
            result, raised = error, True
        _alarm(0.0)
        reply = Reply(result, raised, last=_size() > enough)


def _alarm(seconds: float) -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _end_with_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this
    if sys.platform == "linux":
        import ctypes

        with suppress(AttributeError, OSError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _be_the_first_to_go() -> None:
    """A crash leaves no dump, and lack of memory ends nobody else."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        with suppress(OSError):  # where memory runs out, this is what the system ends first
            Path("/proc/self/oom_score_adj").write_text("800")


def _limit_memory(memory: int) -> int:
    """Hold this process to so many bytes beyond its size. Returns the size at which to end."""
    size = _size()
    if not size:  # not on this system
        return sys.maxsize
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = size + memory
    if most == resource.RLIM_INFINITY or wanted < most:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, wanted))
    return size + memory // 2


def _size() -> int:
    """The bytes of address space of this process; 0 where that cannot be told."""
    if sys.platform != "linux":
        return 0
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
