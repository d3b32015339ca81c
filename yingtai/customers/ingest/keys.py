"""One key per person, minted at the first private value; visitors without one share their brand's weekly key."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from yingtai.customers.ingest.wire import fetch, put
from yingtai.customers.models import VisitorKey
from yingtai.vault import api as vault

KEYS_OF = """
    SELECT asked.profile_no, CASE WHEN profile.erased_at IS NULL THEN coalesce(profile.key_id, 0) ELSE 0 END AS key_id
    FROM asked_key AS asked, LATERAL (
        SELECT key_id, erased_at FROM customers_profile AS one WHERE one.profile_no = asked.profile_no OFFSET 0
    ) AS profile
"""
KEYED_TABLES = """
    CREATE TEMPORARY TABLE IF NOT EXISTS asked_key (profile_no bigint) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE IF NOT EXISTS keyed_profile (profile_no bigint, key_id bigint) ON COMMIT DELETE ROWS
"""
GIVE_KEYS = """
    UPDATE customers_profile AS one SET key_id = keyed.key_id
    FROM keyed_profile AS keyed WHERE one.profile_no = keyed.profile_no AND one.key_id IS NULL
"""


class Keyring:
    """The keys of the profiles that this set touches; new ones are committed before the books are."""

    def __init__(self, cursor: Any, *, fresh_from: int, fresh: int) -> None:
        self._cursor = cursor
        self._fresh_from, self._fresh = fresh_from, fresh
        self._of: dict[int, int] = {}
        self._given: list[int] = []

    def learn(self, profiles: np.ndarray) -> None:
        """Look up the keys of profiles that existed before this set; once for all of them."""
        existing = np.unique(profiles)
        if self._fresh:
            existing = existing[existing < self._fresh_from]
        existing = existing[existing > 0]
        if not len(existing):
            return
        put(self._cursor, "asked_key", {"profile_no": existing})
        rows = fetch(self._cursor, KEYS_OF, {"profile_no": "i8", "key_id": "i8"})
        self._of |= dict(zip(rows["profile_no"].tolist(), rows["key_id"].tolist(), strict=True))

    def give(self, profiles: np.ndarray) -> None:
        """See to it that these profiles have a key."""
        needing = [number for number in np.unique(profiles).tolist() if not self._of.get(number)]
        if needing:
            self._of |= dict(zip(needing, vault.mint_keys(len(needing)), strict=True))
            self._given += needing

    def of(self, profiles: np.ndarray) -> list[int]:
        """Return the key of each profile; 0 for one without."""
        find = self._of.get
        return [find(number, 0) for number in profiles.tolist()]

    def save(self) -> None:
        """Note the new keys of profiles that existed before; new profiles are inserted with theirs."""
        older = [n for n in self._given if not self._fresh or n < self._fresh_from]
        if older:
            numbers = np.array(older, np.int64)
            put(self._cursor, "keyed_profile", {"profile_no": numbers, "key_id": np.array(self.of(numbers))})
            self._cursor.execute(GIVE_KEYS)


def visitor_key(brand_no: int, today: date) -> int:
    """Return the key of a brand's nameless visitors for this week, minted when it is the first asked for."""
    week_on = today - timedelta(days=today.weekday())
    known = VisitorKey.objects.filter(brand_no=brand_no, week_on=week_on, destroyed_at=None).first()
    if known is None:
        [key_id] = vault.mint_keys(1)
        known = VisitorKey.objects.create(brand_no=brand_no, week_on=week_on, key_id=key_id)
    return known.key_id
