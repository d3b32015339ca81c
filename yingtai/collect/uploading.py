"""A browser's file, sealed while it arrives: nothing of it is ever on disk in the clear."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile as Arrived
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from yingtai.collect.services.uploads import Arriving


class SealedUpload(Arrived):
    """What a form sees of a file that has arrived."""

    def __init__(self, arriving: Arriving, name: str, size: int) -> None:
        super().__init__(file=None, name=name, content_type="application/octet-stream", size=size)
        self.arriving = arriving


class SealingHandler(FileUploadHandler):
    """Takes the first file of a request; what is not kept by the end of the request leaves no trace."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._arriving: Arriving | None = None
        self._is_kept = False

    def new_file(self, *arguments: Any, **options: Any) -> None:
        super().new_file(*arguments, **options)
        if self._arriving is not None:
            raise SkipFile
        self._arriving = Arriving()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._arriving is not None  # noqa: S101 - Django announces a file before its bytes
        self._arriving.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload | None:
        return SealedUpload(self._arriving, self.file_name or "", file_size) if self._arriving else None

    def keep(self) -> None:
        """Say that the file is noted in the books."""
        self._is_kept = True

    def settle(self) -> None:
        """Remove what arrived and nobody kept."""
        if self._arriving is not None and not self._is_kept:
            self._arriving.abandon()
