"""`ScanSummary`: what a scan found."""

from __future__ import annotations

from dataclasses import dataclass, field

from lookalike.text import plural


@dataclass(slots=True)
class ScanSummary:
    """How many files a scan found, by what became of them."""

    unchanged: int = 0
    new: int = 0
    """Not known before, and read."""
    changed: int = 0
    """Read again, and other than before."""
    checked: int = 0
    """Looked at again, because their state differs, and the same as before."""
    moved: int = 0
    """Found at another path. Nothing was read."""
    taken_over: int = 0
    """Moved or copied, told by their size, time, first and last 64 KiB. Nothing else was read."""
    linked: int = 0
    """Further names of a file that is known. Nothing was read."""
    returned: int = 0
    """Were missing, and are back. Nothing was read."""
    rehashed: int = 0
    """Unchanged, and read for an algorithm or setting that was not asked for before."""
    gone: int = 0
    offline: int = 0
    """Roots, and file systems mounted in roots, that were left alone."""
    unreadable: int = 0
    """Could not be read, now or before."""
    unlisted: int = 0
    """Folders that could not be listed. What is known of them stays."""
    opened: int = 0
    """How many files were opened."""
    reasons: list[str] = field(default_factory=list)
    """Why roots were left alone, one sentence each."""

    @property
    def line(self) -> str:
        """The counts in words, without those that are zero."""
        said = [
            f"{self.new:,} new" if self.new else "",
            f"{self.changed:,} changed" if self.changed else "",
            f"{self.moved:,} moved (nothing read)" if self.moved else "",
            f"{self.taken_over:,} moved or copied (only their ends read)" * bool(self.taken_over),
            f"{self.linked:,} linked" if self.linked else "",
            f"{self.returned:,} back again" if self.returned else "",
            f"{self.rehashed:,} read for other hashes" if self.rehashed else "",
            f"{self.checked:,} looked at and unchanged" if self.checked else "",
            f"{self.gone:,} gone" if self.gone else "",
            f"{plural(self.offline, 'root')} offline" if self.offline else "",
            f"{self.unreadable:,} unreadable" if self.unreadable else "",
            f"{plural(self.unlisted, 'folder')} not listed" if self.unlisted else "",
        ]
        return ", ".join([*filter(None, said), f"{self.unchanged:,} unchanged"])
