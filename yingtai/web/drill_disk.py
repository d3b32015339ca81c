"""A small disk in memory for the drill, and how to fill it."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

BLOCK = b"\0" * 1024 * 1024


def mount(folder: Path, megabytes: int) -> bool:
    """Lay a disk of this size over a folder; say whether that was possible: it takes root."""
    if os.geteuid() != 0:
        return False
    size = f"size={megabytes}m,mode=755"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "yingtai-drill", str(folder)], capture_output=True, check=False
    )
    return done.returncode == 0


def unmount(folder: Path) -> None:
    """Take the disk away again, if there is one."""
    if os.path.ismount(folder):
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


@contextlib.contextmanager
def full(ballast: Path) -> Iterator[None]:
    """Leave no room on the disk where the file lies, for the length of a block."""
    with ballast.open("wb", buffering=0) as file:
        for block in (BLOCK, BLOCK[:4096]):
            with contextlib.suppress(OSError):
                while file.write(block):
                    pass
    try:
        yield
    finally:
        ballast.unlink()
