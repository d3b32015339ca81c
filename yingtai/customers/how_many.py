"""About how many people there are: from the lake's copy and a sample of pages, never by counting everybody."""

from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from django.db import connection

from yingtai.customers.latest import KINDS_THAT_TELL
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake

COUNTED: Final = 2_000
"""So many are counted one by one; more are told in two digits."""
SAMPLED: Final = 1_500
FEWEST_SAMPLED: Final = 150
MOST_BLOCKS: Final = 2_000
KEPT_SECONDS: Final = 600

EVERYBODY = "SELECT count(*) AS people FROM traits"
IS_KNOWN = """EXISTS (
    SELECT FROM customers_identifier AS known
    WHERE known.profile_no = one.profile_no AND known.kind = ANY(%(kinds)s) OFFSET 0)"""
FEW = f"""
    SELECT count(*) FILTER (WHERE {IS_KNOWN}), count(*) FROM (
        SELECT profile_no FROM customers_profile WHERE merged_into_no IS NULL LIMIT %(most)s
    ) AS one
"""
BLOCKS = "SELECT pg_relation_size('customers_profile') / current_setting('block_size')::int"
SAMPLE = f"""
    SELECT count(*) FILTER (WHERE {IS_KNOWN}), count(*)
    FROM customers_profile AS one TABLESAMPLE SYSTEM (%(percent)s) REPEATABLE (1)
    WHERE one.merged_into_no IS NULL
"""


@dataclass(frozen=True)
class HowMany:
    """How many people there are, and how many of them are known; rough ones are in two digits, some minutes old.

    known  None when a sample says too little
    """

    everybody: int
    known: int | None
    is_rough: bool


def about_how_many(acting: Acting) -> HowMany | None:
    """Return about how many people the actor's scope holds; None while the lake's copy is behind a load.

    Cost: a count of some thousand rows; of more also one of the lake's copy and a sample, once in ten minutes
    """
    with acting_transaction(acting):
        known, looked_at = _one(FEW, most=COUNTED + 1)
    if looked_at <= COUNTED:
        return HowMany(looked_at, known, is_rough=False)
    key = f"people:{acting.scope.text()}"
    kept: HowMany | None = cache.get(key)
    if kept is None:
        kept = _estimated(acting)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _estimated(acting: Acting) -> HowMany | None:
    everybody = int(lake.scoped(acting.scope).query(EVERYBODY)["people"][0].as_py())
    if everybody <= COUNTED:
        return None
    with acting_transaction(acting):
        [blocks] = _one(BLOCKS)
        # Of a small place in a large table few are met; reading more pages for them would cost more than it tells.
        percent = min(100.0, 100 * SAMPLED / everybody, 100 * MOST_BLOCKS / max(blocks, 1))
        known, sampled = _one(SAMPLE, percent=percent)
    share = known / sampled if sampled >= FEWEST_SAMPLED else None
    return HowMany(
        _two_digits(everybody), None if share is None else _two_digits(everybody * share), is_rough=True
    )


def _one(sql: str, **values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"kinds": KINDS_THAT_TELL, **values})
        return cursor.fetchone()


def _two_digits(number: float) -> int:
    whole = round(number)
    return round(whole, 2 - len(str(whole))) if whole >= 100 else whole
