"""Files that people bring: sealed while they arrive, readable while they last, gone when their key is."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import BinaryIO
from uuid import UUID

from yingtai.collect.errors import FileTooLarge
from yingtai.collect.models import UploadedFile
from yingtai.collect.sealed_files import NAME_COLUMN, SealedWriter, upload_path, uploads_folder
from yingtai.kernel.acting import Acting
from yingtai.kernel.ids import uuid7
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import entity_no_at
from yingtai.vault.api import blind, destroy_keys, mint_keys, name_without_people, names_somebody, seal

KEPT = timedelta(days=3)
MOST_BYTES = 2 * 1024**3
MOST_TEXT = "2 GB"
DIGEST_BYTES = 16
ABANDONED_AFTER = timedelta(days=1)


class Arriving:
    """A file on its way in. Feed it, then keep it with `save_upload`, or `abandon` it."""

    def __init__(self) -> None:
        self.id = uuid7()
        (self.key_id,) = mint_keys(1)
        self._digest = blake2b(digest_size=DIGEST_BYTES)
        self._writer = SealedWriter(upload_path(self.id), file_id=self.id, key_id=self.key_id)

    @property
    def size_bytes(self) -> int:
        return self._writer.size_bytes

    def write(self, data: bytes) -> None:
        """Take the next bytes.

        Raises: FileTooLarge
        """
        if self._writer.size_bytes + len(data) > MOST_BYTES:
            self.abandon()
            raise FileTooLarge(limit=MOST_TEXT)
        self._digest.update(data)
        self._writer.write(data)

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def close(self) -> None:
        self._writer.close()

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._writer.abandon()
        upload_path(self.id).unlink(missing_ok=True)
        destroy_keys([self.key_id])


def digest_of(stream: BinaryIO) -> str:
    """Return the digest of all that a stream holds."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    while piece := stream.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def keyed_digest(node_no: int, digest: str) -> bytes:
    """Return what a file is known again by within a legal entity, and by nobody without its key."""
    return blind("import-file", entity_no_at(node_no), [digest])[0]


def save_upload(acting: Acting, arriving: Arriving, *, node_no: int, name: str) -> UUID:
    """Note a file that has arrived, for three days, and return its id; nobody is named in the name that is kept."""
    arriving.close()
    (name_sealed,) = seal(
        [_name_of_nobody(name[:255])], arriving.key_id, column=NAME_COLUMN, row_ids=[arriving.id]
    )
    with acting_transaction(acting):
        UploadedFile.objects.create(
            id=arriving.id, node_no=node_no, key_id=arriving.key_id, name_sealed=name_sealed,
            size_bytes=arriving.size_bytes, digest=keyed_digest(node_no, arriving.digest),
            created_by=acting.actor, created_at=acting.at, expires_at=acting.at + KEPT,
        )  # fmt: skip
    return arriving.id


def _name_of_nobody(name: str) -> str:
    # What kind of file it is stays to be read: the end of `anna@example.com.csv` is no part of an address.
    stem, dot, kind = name.rpartition(".")
    return (
        f"{name_without_people(stem)}{dot}{kind}"
        if stem and not names_somebody(kind)
        else name_without_people(name)
    )


def remove_expired(acting: Acting) -> int:
    """Destroy files whose time is over, keys first, and return how many. Repeating it changes nothing."""
    with acting_transaction(acting):
        expired = list(UploadedFile.objects.filter(expires_at__lte=acting.at))
        destroy_keys([upload.key_id for upload in expired])
        UploadedFile.objects.filter(id__in=[upload.id for upload in expired]).delete()
    for upload in expired:
        upload_path(upload.id).unlink(missing_ok=True)
    # What a smaller scope does not know may be the neighbour's.
    everywhere = replace(acting, scope=EVERYTHING)
    _remove_leftovers(acting.at, is_known=lambda found: _known_files(everywhere, found))
    return len(expired)


def upload_keys_among(acting: Acting, key_ids: Sequence[int]) -> set[int]:
    """Return those keys that uploaded files still need, for the sweep of keys that nobody names."""
    with acting_transaction(acting):
        return set(UploadedFile.objects.filter(key_id__in=key_ids).values_list("key_id", flat=True))


def _known_files(acting: Acting, ids: Sequence[UUID]) -> set[UUID]:
    with acting_transaction(acting):
        return set(UploadedFile.objects.filter(id__in=ids).values_list("id", flat=True))


def _remove_leftovers(at: datetime, is_known: Callable[[Sequence[UUID]], set[UUID]]) -> None:
    """Remove files whose upload was broken off: on disk for a day, and unknown to the books."""
    folder = uploads_folder()
    old = (at - ABANDONED_AFTER).timestamp()
    lost = (at - ABANDONED_AFTER - KEPT).timestamp()
    if not folder.exists():
        return
    found = {UUID(path.stem): path for path in folder.glob("*.sealed") if path.stat().st_mtime < old}
    for file_id in found.keys() - is_known(list(found)):
        found[file_id].unlink(missing_ok=True)
    for path in folder.glob("*.errors"):
        if path.stat().st_mtime < lost:
            path.unlink(missing_ok=True)
