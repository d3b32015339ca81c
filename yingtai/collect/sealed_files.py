"""Files at rest, sealed in chunks, so that a large one is written and read with little memory and can seek.

A chunk is bound to its file, its place and whether it is the latest, so that none can be swapped, moved or cut off.
"""

import io
import os
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from yingtai.collect.errors import FileDamaged, FileExpired
from yingtai.kernel.env import env
from yingtai.vault.api import SealBroken, open_bytes, seal

CHUNK_BYTES = 1024 * 1024
SEAL_BYTES = 37
COLUMN = "collect_upload"
NAME_COLUMN = "collect_uploadedfile.name"


def uploads_folder() -> Path:
    """Return where sealed files lie."""
    return env().home / "uploads"


def upload_path(file_id: UUID) -> Path:
    """Return where an uploaded file lies."""
    return uploads_folder() / f"{file_id}.sealed"


def errors_path(import_id: UUID) -> Path:
    """Return where the list of an import's rejected lines lies."""
    return uploads_folder() / f"{import_id}.errors"


def _place(file_id: UUID, chunk: int, is_latest: bool) -> str:
    return f"{file_id}|{chunk}|{'end' if is_latest else 'more'}"


class SealedWriter(io.RawIOBase):
    """A stream to write to; nothing of it is ever on disk in the clear."""

    def __init__(self, path: Path, *, file_id: UUID, key_id: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self._id, self._key_id, self._chunk = file_id, key_id, 0
        self._waiting = bytearray()
        self.size_bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take bytes; whole chunks are sealed and written as soon as more follows."""
        self._waiting += data
        self.size_bytes += len(data)
        while len(self._waiting) > CHUNK_BYTES:
            self._write_chunk(bytes(self._waiting[:CHUNK_BYTES]), is_latest=False)
            del self._waiting[:CHUNK_BYTES]
        return len(data)

    def close(self) -> None:
        """Seal what is left, and make sure that it is on disk."""
        if not self.closed:
            self._write_chunk(bytes(self._waiting), is_latest=True)
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        super().close()

    def abandon(self) -> None:
        """Close without finishing; what is there cannot be read."""
        self._file.close()
        super().close()

    def _write_chunk(self, data: bytes, *, is_latest: bool) -> None:
        place = _place(self._id, self._chunk, is_latest)
        (sealed,) = seal([data], self._key_id, column=COLUMN, row_ids=[place])
        self._file.write(sealed or b"")
        self._chunk += 1


class SealedReader(io.RawIOBase):
    """A stream that opens chunks as they are asked for."""

    def __init__(self, path: Path, *, file_id: UUID) -> None:
        try:
            self._file = path.open("rb")
        except FileNotFoundError:
            raise FileExpired from None
        self._id = file_id
        sealed_bytes = os.fstat(self._file.fileno()).st_size
        self._chunks = max(-(-sealed_bytes // (CHUNK_BYTES + SEAL_BYTES)), 1)
        self._size = sealed_bytes - self._chunks * SEAL_BYTES
        self._at, self._held, self._data = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(start + offset, 0)
        return self._at

    def readinto(self, into: memoryview) -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        chunk, inside = divmod(self._at, CHUNK_BYTES)
        part = self._opened(chunk)[inside : inside + len(into)]
        into[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._file.close()
        super().close()

    def _opened(self, chunk: int) -> bytes:
        if chunk != self._held:
            self._file.seek(chunk * (CHUNK_BYTES + SEAL_BYTES))
            sealed = self._file.read(CHUNK_BYTES + SEAL_BYTES)
            place = _place(self._id, chunk, chunk == self._chunks - 1)
            try:
                (data,) = open_bytes([sealed], column=COLUMN, row_ids=[place])
            except SealBroken as problem:
                raise FileDamaged(detail="its seal is broken") from problem
            if data is None:
                raise FileExpired
            self._held, self._data = chunk, data
        return self._data


def open_sealed_file(path: Path, file_id: UUID) -> BinaryIO:
    """Return a stream of the file's content.

    Raises: FileExpired when it is gone or its key is destroyed, FileDamaged
    """
    return cast(BinaryIO, io.BufferedReader(SealedReader(path, file_id=file_id), CHUNK_BYTES))
