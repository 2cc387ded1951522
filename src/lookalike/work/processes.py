"""Runs work in subprocesses, so a crash, hang or memory leak cannot reach the caller.

The processes are new interpreters and do not come from `multiprocessing`. That would fork a program
with threads, or run the caller's main module again, which works only if it was written for that.
"""

from __future__ import annotations

import math
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from lookalike.errors import ImageError, LookalikeError, Status, WorkerStartError
from lookalike.work.worker import Job, Reply

if TYPE_CHECKING:
    from lookalike.work.isolation import Isolation

T = TypeVar("T")
R = TypeVar("R")

START_SECONDS = 60.0
"""How long an interpreter may take to import everything."""
END_SECONDS = 5.0
"""How long to wait for a killed process to end."""
WATCH_SECONDS = 0.05
"""The interval between checks of the time limits."""

BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from lookalike.work.worker import main; main()"


class Workers(Generic[T, R]):
    """Calls `function` in worker processes, one for each thread that calls at the same time.

    Processes are started when they are needed, and reused. A call raises the errors of `function`.
    It raises `ImageError`, with the status crashed or timed_out, if the item ended the process. The
    cause may be an earlier item of that process. So the item is tried once more in a new process.
    Raises `WorkerStartError` if not even a first process can be started.
    """

    def __init__(
        self,
        function: Callable[[T], R],
        isolation: Isolation,
        prepare: Callable[[], object] | None = None,
    ) -> None:
        """`function`, `prepare`, the items and the results must be picklable.

        `prepare`: called once in every process.
        """
        self._job = Job(prepare, function, isolation.timeout, isolation.memory)
        self._timeout = isolation.timeout
        self._lock = threading.Lock()
        self._idle: list[_Process] = []
        self._could_start = False
        self._all: set[_Process] = set()
        self._closing = threading.Event()
        self._watch = threading.Thread(target=self._watch_time, name="lookalike", daemon=True)

    def __enter__(self) -> Workers[T, R]:
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End all processes, even in the middle of an item."""
        self._closing.set()
        with self._lock:
            processes, self._all = self._all, set()
        for process in processes:
            process.end()
        self._watch.join()

    def __call__(self, item: T) -> R:
        process = self._idle_one()
        reply = self._ask(process, item)
        if reply is None and process.served and not process.is_late:
            process = self._started()
            reply = self._ask(process, item)
        if reply is None:
            raise self._loss(process)
        if reply.raised:
            raise cast("Exception", reply.result)
        return cast("R", reply.result)

    def _idle_one(self) -> _Process:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._started()

    def _started(self) -> _Process:
        try:
            with self._lock:
                self._refuse_if_closing()
                process = _Process()
                self._all.add(process)
            if process.ask(self._job, START_SECONDS) is None:
                self._drop(process)
                self._refuse_if_closing()
                raise WorkerStartError(f"a worker process cannot be started: {process.fate()}")
        except WorkerStartError as error:
            if self._could_start:  # a process may start again later
                raise ImageError(Status.UNREADABLE, str(error)) from error
            raise
        self._could_start = True
        return process

    def _ask(self, process: _Process, item: T) -> Reply | None:
        """Return the answer, or None if the process ended."""
        try:
            reply = process.ask(item, self._timeout)
        except BaseException:  # half of the item may be in the pipe; the error is raised again
            self._drop(process)
            raise
        if reply is None or reply.last or process.is_late:  # it may be late despite a reply
            self._drop(process)
            self._refuse_if_closing()
        else:
            process.served += 1
            with self._lock:
                self._idle.append(process)
        return reply

    def _drop(self, process: _Process) -> None:
        with self._lock:
            self._all.discard(process)
        process.end()

    def _refuse_if_closing(self) -> None:
        if self._closing.is_set():
            raise LookalikeError("the work was stopped")

    def _loss(self, process: _Process) -> ImageError:
        if process.is_late:
            reason = f"reading it took more than {self._timeout:g} seconds"
            return ImageError(Status.TIMED_OUT, reason)
        return ImageError(Status.CRASHED, f"reading it ended the process: {process.fate()}")

    def _watch_time(self) -> None:
        while not self._closing.wait(WATCH_SECONDS):
            with self._lock:
                processes = list(self._all)
            for process in processes:
                process.end_if_late()


class _Process:
    """One worker process, and the pipes to and from it."""

    def __init__(self) -> None:
        if not sys.executable or getattr(sys, "frozen", False):
            raise WorkerStartError("worker processes need a Python interpreter, and there is none")
        try:
            self._popen = subprocess.Popen(
                [sys.executable, "-P", "-c", BEGIN, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                process_group=0 if os.name == "posix" else None,  # Ctrl-C must not reach it
            )
        except OSError as error:
            raise WorkerStartError(f"a worker process cannot be started: {error}") from error
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._requests, self._replies = self._popen.stdin, self._popen.stdout
        self._deadline = math.inf
        self._lock = threading.Lock()
        self.served = 0
        """How many items it has answered."""
        self.is_late = False
        """Whether it was killed because its time was up."""

    def ask(self, request: object, seconds: float) -> Reply | None:
        """Send a request and wait for the answer. Returns None if there will be none."""
        self._set_deadline(time.monotonic() + seconds)
        try:
            with suppress(BrokenPipeError):  # it may have answered before reading everything
                pickle.dump(request, self._requests, pickle.HIGHEST_PROTOCOL)
                self._requests.flush()
            return cast("Reply", pickle.load(self._replies))
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):  # process or pipe is gone
            return None
        finally:
            self._set_deadline(math.inf)

    def end_if_late(self) -> None:
        """End the process if its time for an answer is up."""
        with self._lock:
            if time.monotonic() > self._deadline:
                self.is_late = True
                self._popen.kill()

    def end(self) -> None:
        """End the process, and wait until it has gone."""
        self._popen.kill()
        with suppress(subprocess.TimeoutExpired):  # it may wait for a device that does not answer
            self._popen.wait(END_SECONDS)
        for pipe in (self._requests, self._replies):
            with suppress(OSError):  # unsent data cannot be flushed
                pipe.close()

    def fate(self) -> str:
        """Describe how the process ended."""
        code = self._popen.poll()
        if self.is_late or code is None:
            return "it took too long"
        if code >= 0:
            return f"exit status {code}"
        with suppress(ValueError):
            name = signal.Signals(-code).name
            return f"{name}, as from lack of memory" if name == "SIGKILL" else name
        return f"signal {-code}"

    def _set_deadline(self, moment: float) -> None:
        with self._lock:
            self._deadline = moment
