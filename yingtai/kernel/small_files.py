"""Files that come with a form, kept in memory: nothing of them touches a disk, whoever sends them."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

KEPT_BYTES = 2 * 1024 * 1024


class SmallFileHandler(FileUploadHandler):
    """Keeps the first `KEPT_BYTES` of a file and tells its whole size, so that a form can say that it is too large."""

    def new_file(self, *arguments: Any, **options: Any) -> None:
        super().new_file(*arguments, **options)
        self._kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._kept.write(raw_data[: max(0, KEPT_BYTES - start)])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._kept.seek(0)
        return InMemoryUploadedFile(
            self._kept, self.field_name, self.file_name, self.content_type, file_size, self.charset
        )
