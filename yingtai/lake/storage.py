"""The bytes under the tables: a folder or a bucket, behind the few verbs that we need."""

import os
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pyarrow import fs

DRAFT = ".draft"
"""How the name of a file ends that is not there as a whole yet."""


@dataclass(frozen=True)
class Storage:
    """A place for files: an absolute path, or a URL such as s3://bucket/lake."""

    url: str

    @classmethod
    def at(cls, url: str | Path) -> "Storage":
        text = str(url)
        return cls(text.rstrip("/") if "://" in text else str(Path(text).absolute()))

    @property
    def is_local(self) -> bool:
        return "://" not in self.url

    @cached_property
    def _system(self) -> tuple[fs.FileSystem, str]:
        if self.is_local:
            return fs.LocalFileSystem(), self.url
        system, root = fs.FileSystem.from_uri(self.url)
        return system, root

    def location(self, path: str) -> str:
        """Return a path as other libraries name it."""
        return f"{self.url}/{path}"

    def make_folder(self, path: str) -> None:
        """Make a folder and all above it; repeating it changes nothing."""
        if self.is_local:
            os.makedirs(f"{self.url}/{path}", exist_ok=True)

    def open_for_writing(self, path: str) -> Any:
        """Return a stream for a new file in a folder that exists."""
        system, root = self._system
        return system.open_output_stream(f"{root}/{path}")

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None when there is no such file."""
        system, root = self._system
        try:
            with system.open_input_stream(f"{root}/{path}") as stream:
                return bytes(stream.read())
        except FileNotFoundError:
            return None

    def write(self, path: str, data: bytes) -> None:
        """Write a file so that it is there as a whole, after a power cut too, or not at all."""
        folder, _, _ = path.rpartition("/")
        self.make_folder(folder)
        if not self.is_local:
            with self.open_for_writing(path) as stream:
                stream.write(data)
            return
        # Several processes may write the same file at once: each finishes its own draft.
        draft = f"{self.url}/{path}.{os.getpid()}-{threading.get_ident()}{DRAFT}"
        with open(draft, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, f"{self.url}/{path}")
        self.settle(folder)

    def settle(self, path: str) -> None:
        """Force a file or folder to the disk; a bucket does so by itself."""
        if not self.is_local:
            return
        descriptor = os.open(f"{self.url}/{path}", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def names_in(self, path: str) -> list[str]:
        """List what lies in a folder, but no drafts; nothing when there is no such folder."""
        system, root = self._system
        found = system.get_file_info(fs.FileSelector(f"{root}/{path}", allow_not_found=True))
        return sorted(info.base_name for info in found if not info.base_name.endswith(DRAFT))

    def size(self, path: str) -> int:
        system, root = self._system
        return int(system.get_file_info(f"{root}/{path}").size)

    def remove(self, path: str) -> None:
        """Remove a file; one that is gone already is fine."""
        system, root = self._system
        try:
            system.delete_file(f"{root}/{path}")
        except FileNotFoundError:
            return

    def remove_folder(self, path: str) -> None:
        """Remove a folder with all in it; one that is gone already is fine."""
        system, root = self._system
        try:
            system.delete_dir(f"{root}/{path}")
        except FileNotFoundError:
            return
