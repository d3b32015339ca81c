"""The seal on inbox rows: an epoch's key held ready, so that no request waits for the keys cluster."""

import asyncio
import logging
from typing import Protocol

import psycopg

from yingtai.collect.errors import StoreUnavailable
from yingtai.vault.api import Epoch, current_epoch, seal_blob

log = logging.getLogger("yingtai.collect")

REFRESH_SECONDS = 15.0
FIRST_PAUSE = 0.2


class Seals(Protocol):
    """Seals documents."""

    def seal(self, document: bytes, additional_data: bytes) -> tuple[int, bytes]:
        """Return the epoch's number and the sealed document: raises StoreUnavailable."""


class Sealer(Seals, Protocol):
    """Seals documents under the current epoch's key."""

    @property
    def is_ready(self) -> bool:
        """Say whether there is a key to seal with."""

    async def keep_fresh(self) -> None:
        """Follow the epochs, for ever."""


class EpochSealer:
    """Seals with one epoch: for work that is over long before the epoch is."""

    def __init__(self, epoch: Epoch) -> None:
        self._epoch = epoch

    def seal(self, document: bytes, additional_data: bytes) -> tuple[int, bytes]:
        """Return the epoch's number and the sealed document."""
        return self._epoch.id, seal_blob(self._epoch, document, additional_data)


class VaultSealer:
    """Seals with the vault's current epoch, asked for again and again beside the requests."""

    def __init__(self) -> None:
        self._epoch: Epoch | None = None

    @property
    def is_ready(self) -> bool:
        return self._epoch is not None

    def seal(self, document: bytes, additional_data: bytes) -> tuple[int, bytes]:
        """Return the epoch's number and the sealed document: raises StoreUnavailable."""
        if self._epoch is None:
            raise StoreUnavailable
        return self._epoch.id, seal_blob(self._epoch, document, additional_data)

    async def keep_fresh(self) -> None:
        """Follow the epochs, for ever.

        While the keys cluster is away we seal with the epoch we have, for as long as the vault allows.
        """
        while True:
            try:
                self._epoch = await asyncio.to_thread(current_epoch)
            except psycopg.Error as problem:
                log.warning("The keys cluster does not answer: %s.", type(problem).__name__)
                self._epoch = None
            await asyncio.sleep(REFRESH_SECONDS if self._epoch else FIRST_PAUSE)
