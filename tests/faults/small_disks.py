"""Disks of a few megabytes that can be filled to the last byte and emptied again: memory that is mounted as a disk."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BLOCK: Final = 64 * 1024


@dataclass(frozen=True)
class SmallDisk:
    """One of these disks."""

    path: Path

    def fill(self) -> None:
        """Leave no byte free."""
        block = bytes(BLOCK)
        with self._filler.open("ab", buffering=0) as filler:
            while block:
                try:
                    filler.write(block)
                except OSError:
                    block = block[: len(block) // 2]

    def empty(self) -> None:
        """Give back what was taken."""
        self._filler.unlink()

    @property
    def _filler(self) -> Path:
        return self.path / "filler"


def can_be_mounted() -> bool:
    """Whether this process may mount anything."""
    if os.geteuid() != 0:
        return False
    try:
        with small_disk(1):
            return True
    except OSError:
        return False


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """A disk of this size, whose owner everybody is.

    Raises:
        OSError: this process may not mount anything.
    """
    folder = tempfile.mkdtemp(prefix="countersign-disk-")
    size = f"size={megabytes}m,mode=0777"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder],  # noqa: S607 - the system's own
        capture_output=True,
        check=False,
    )
    try:
        if mounted.returncode:
            raise PermissionError(mounted.stderr.decode(errors="replace").strip())
        yield SmallDisk(Path(folder))
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", folder], check=True)  # noqa: S607 - as above
        Path(folder).rmdir()
