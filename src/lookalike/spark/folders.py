"""`Folder`: a folder on any file system that Spark can reach, for the few small files of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Folder:
    """A folder, which need not exist. Raises Spark's errors if it cannot be reached."""

    def __init__(self, spark: SparkSession, address: str) -> None:
        self.spark = spark
        self.address = address.rstrip("/") or "/"
        context = spark.sparkContext
        # Spark has no public way from Python to its file systems.
        self._jvm: Any = context._jvm  # noqa: SLF001
        path = self._path("")
        files = path.getFileSystem(context._jsc.hadoopConfiguration())  # noqa: SLF001
        # On local disks, checksums are files of their own, and a crash may part the two.
        self._files = files.getRawFileSystem() if files.getScheme() == "file" else files

    def child(self, name: str) -> Folder:
        """A folder in it."""
        return Folder(self.spark, f"{self.address}/{name}")

    def exists(self, name: str = "") -> bool:
        """Whether something of that name is in it, or the folder itself."""
        return bool(self._files.exists(self._path(name)))

    def names(self) -> list[str]:
        """The names of everything in it. Empty if there is no such folder."""
        if not self.exists():
            return []
        return sorted(one.getPath().getName() for one in self._files.listStatus(self._path("")))

    def local_files(self, ending: str) -> list[tuple[str, int]] | None:
        """The paths and sizes of files in it. None if it is not on a local or shared disk."""
        if self._files.getUri().getScheme() != "file":
            return None
        found = (one for one in self._files.listStatus(self._path("")) if one.isFile())
        named = ((one.getPath().toUri().getPath(), one.getLen()) for one in found)
        return sorted((path, size) for path, size in named if path.endswith(ending))

    def read(self, name: str) -> str | None:
        """The text of a file, or None if there is no such file."""
        if not self.exists(name):
            return None
        stream = self._files.open(self._path(name))
        try:
            return str(self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8"))
        finally:
            stream.close()

    def write(self, name: str, text: str) -> None:
        """Write a file, which appears once it is complete."""
        temporary = f"_{name}.new"
        stream = self._files.create(self._path(temporary), True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()
        self.delete(name)
        self._files.rename(self._path(temporary), self._path(name))

    def delete(self, name: str = "") -> None:
        """Delete something in it, or the folder itself, with everything below."""
        self._files.delete(self._path(name), True)

    def delete_file(self, address: str) -> None:
        """Delete a file by the address that Spark gives it, which is escaped like a URI."""
        uri = self._jvm.java.net.URI(address)
        self._files.delete(self._jvm.org.apache.hadoop.fs.Path(uri), False)

    def _path(self, name: str) -> Any:
        path = self._jvm.org.apache.hadoop.fs.Path
        return path(f"{self.address}/{name}" if name else self.address)
