"""Addresses that pages and apps gave with a yes: told to whoever lets people confirm them by mail (ADR 0109)."""

import json

import numpy as np

from yingtai.customers.events import AddressesGiven
from yingtai.customers.ingest.batch import Batch, People
from yingtai.customers.ingest.resolving import NOBODY
from yingtai.customers.rules import BY_NAME, BY_PRIORITY, Standing
from yingtai.kernel.events import publish
from yingtai.kernel.scope import BRAND_SHIFT, brand_node

MOST_IN_A_SET = 1_000
"""Of one set; a page can say as many as it likes, and what is more than this is said again by those who mean it."""
EMAIL = BY_PRIORITY.index(BY_NAME["email"])
UNPROVEN = """
    SELECT alias_no, profile_no, node_no FROM customers_identifier
    WHERE alias_no = ANY(%s) AND standing < %s AND sealed IS NOT NULL ORDER BY alias_no
"""


def tell_given(batch: Batch, people: People) -> None:
    """Publish which addresses nothing proves yet were given with a yes, a fact for each brand.

    Cost: nothing when no page said yes to anything, else one statement
    """
    agreed = _agreed(batch, people)
    if not agreed:
        return
    batch.cursor.execute(UNPROVEN, [list(agreed), int(Standing.PROVEN)])
    by_brand: dict[int, list[tuple[int, int, list[str]]]] = {}
    for alias_no, profile_no, node_no in batch.cursor.fetchall():
        by_brand.setdefault(node_no >> BRAND_SHIFT, []).append((alias_no, profile_no, agreed[alias_no]))
    publish(
        batch.acting,
        *(
            AddressesGiven(
                node_no=brand_node(brand_no << BRAND_SHIFT), occurred_at=batch.at, given=json.dumps(given)
            )
            for brand_no, given in by_brand.items()
        ),
    )


def _agreed(batch: Batch, people: People) -> dict[int, list[str]]:
    """Return by the number of an address what was agreed to where it was given."""
    if "agreed" not in batch.set.events.column_names:
        return {}
    column, found = batch.set.events["agreed"], people.identifiers
    combined = found.distinct.combined
    agreed: dict[int, list[str]] = {}
    for row in np.flatnonzero(column.is_valid().to_numpy() & batch.from_public()).tolist():
        place = int(combined.places[combined.inverse[row], EMAIL])
        if place == NOBODY or not found.alias_no[place]:
            continue
        said = agreed.setdefault(int(found.alias_no[place]), [])
        said += [purpose for purpose in json.loads(column[row].as_py()) if purpose not in said]
        if len(agreed) >= MOST_IN_A_SET:
            break
    return agreed
