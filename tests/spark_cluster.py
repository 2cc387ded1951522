"""A cluster of Spark on loopback, of real processes: a master and workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java compiles less, because most of these processes live for seconds."""
SECONDS = 240
"""How long to wait for a process. A busy machine takes a minute to start one."""


def has_java() -> bool:
    """Whether Java is installed."""
    return shutil.which("java") is not None


def wait_until(holds: Any, what: str, seconds: float = SECONDS, every: float = 0.02) -> None:
    """Wait until a function returns something true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(every)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Process:
    """A process of its own group, with all that it starts."""

    def __init__(self, command: list[str], log: Path, **environment: str) -> None:
        self.log = log
        with log.open("ab") as file:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env={**os.environ, **environment},
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it and all that it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()

    @property
    def code(self) -> int | None:
        """Its exit status, or None while it runs."""
        return self._popen.poll()

    def text(self) -> str:
        """What it has written so far."""
        return self.log.read_text(errors="replace")


class Worker:
    """A worker with folders of its own."""

    def __init__(self, cluster: Cluster, number: int) -> None:
        self.folder = cluster.folder / f"worker-{number}"
        self.folder.mkdir()
        command = [
            cluster.spark_class, "org.apache.spark.deploy.worker.Worker",
            "--host", "127.0.0.1", "--port", "0", "--webui-port", "0",
            "--cores", "2", "--memory", "4g", "--work-dir", str(self.folder / "work"),
            cluster.url,
        ]  # fmt: skip
        local = self.folder / "local"
        self.process = Process(
            command, self.folder / "log", SPARK_LOCAL_DIRS=str(local), **cluster.environment
        )
        wait_until(lambda: "Successfully registered" in self.process.text(), f"worker {number}")

    def lose(self) -> None:
        """End it at once, and delete all that it stored."""
        self.process.kill()
        shutil.rmtree(self.folder / "local", ignore_errors=True)


class Cluster:
    """A master and two workers. Each has a core for each of two drivers."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self.folder = folder
        home = Path(pyspark.__file__).parent
        self.spark_class = str(home / "bin" / "spark-class")
        self.url = f"spark://127.0.0.1:{free_port()}"
        paths = [str(folder), str(TESTS)]
        self.environment = {
            "SPARK_HOME": str(home),
            "SPARK_NO_DAEMONIZE": "1",
            "PYTHONPATH": os.pathsep.join(paths),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_JAVA_OPTS": BRIEF,
            "SPARK_DAEMON_MEMORY": "256m",
        }
        # Every Python of a worker knows the formats of files that crash decoders.
        (folder / "sitecustomize.py").write_text(
            "import sys\nif 'pyspark.daemon' in ' '.join(sys.orig_argv):\n    import bad_decoders\n"
        )
        port = self.url.rpartition(":")[2]
        command = [
            self.spark_class, "org.apache.spark.deploy.master.Master",
            "--host", "127.0.0.1", "--port", port, "--webui-port", "0",
        ]  # fmt: skip
        self.master = Process(command, folder / "master.log", **self.environment)
        wait_until(lambda: "I have been elected leader" in self.master.text(), "the master")
        self.workers = [Worker(self, number) for number in range(2)]
        self._started = 2
        self.drivers: list[Process] = []
        """Drivers that end with the cluster, if no test has ended them."""

    @property
    def conf(self) -> dict[str, str]:
        """The settings of a driver."""
        return {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.sql.shuffle.partitions": "8",
            "spark.default.parallelism": "8",
            "spark.executor.memory": "1g",
            "spark.executor.cores": "1",
            "spark.cores.max": "2",
            "spark.driver.memory": "1g",
            "spark.driver.extraJavaOptions": BRIEF,
            "spark.executor.extraJavaOptions": BRIEF,
            "spark.pyspark.python": sys.executable,
            # The folders of all tests, on a file system that only Spark knows.
            "spark.hadoop.fs.viewfs.mounttable.here.link./tests": self.folder.parent.as_uri(),
            "spark.eventLog.enabled": "true",
            "spark.eventLog.compress": "false",
            "spark.eventLog.rolling.enabled": "false",
            "spark.eventLog.dir": str(self.folder / "events"),
        }

    def replace(self, number: int) -> None:
        """Start another worker in the place of one that was lost."""
        self.workers[number] = Worker(self, self._started)
        self._started += 1

    def command(self, *arguments: str, **conf: str) -> list[str]:
        """The command `lookalike-spark` on this cluster."""
        settings = [f"--conf={name}={value}" for name, value in {**self.conf, **conf}.items()]
        module = [sys.executable, "-m", "lookalike.cli.spark"]
        return [*module, *arguments, "--master", self.url, *settings]

    def stop(self) -> None:
        """End all processes."""
        for one in (*self.drivers, *(worker.process for worker in self.workers), self.master):
            one.kill()


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """A cluster that ends with the block."""
    (folder / "events").mkdir(parents=True)
    cluster = Cluster(folder)
    try:
        yield cluster
    finally:
        cluster.stop()


def executors_of(events: Path, description: str) -> dict[str, int]:
    """How many tasks each executor has ended in the jobs with a description."""
    stages: set[int] = set()
    counts: dict[str, int] = {}
    for line in events.read_text().splitlines():
        event = json.loads(line)
        if event["Event"] == "SparkListenerJobStart":
            said = (event.get("Properties") or {}).get("spark.job.description")
            if said == description:
                stages |= set(event["Stage IDs"])
        if event["Event"] == "SparkListenerTaskEnd" and event["Stage ID"] in stages:
            executor = event["Task Info"]["Executor ID"]
            counts[executor] = counts.get(executor, 0) + 1
    return counts
