"""Addresses that pages and apps gave with a yes: told to whoever lets people confirm them by mail (ADR 0109)."""

import json
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from yingtai.compliance.api import list_purposes
from yingtai.customers.events import AddressesGiven, GivenAddress
from yingtai.customers.ingest.batch import Batch, People
from yingtai.customers.ingest.resolving import NOBODY
from yingtai.customers.rules import BY_NAME, BY_PRIORITY, Standing
from yingtai.kernel.events import publish
from yingtai.kernel.scope import brand_node
from yingtai.organization.api import entity_no_at
from yingtai.vault import api as vault

MOST_IN_A_SET, MOST_OF_A_NETWORK = 2_000, 200
"""Of one set; a page can say as many as it likes, and what is more than this is said again by those who mean it."""
EMAIL = BY_PRIORITY.index(BY_NAME["email"])
UNPROVEN = """
    SELECT alias_no, profile_no, node_no FROM customers_identifier
    WHERE alias_no = ANY(%s) AND standing < %s AND sealed IS NOT NULL ORDER BY alias_no
"""


@dataclass
class Agreed:
    """What was agreed to where an address was given, and from which network."""

    network: str
    purposes: list[str] = field(default_factory=list)


def tell_given(batch: Batch, people: People) -> None:
    """Publish which addresses nothing proves yet were given with a yes, a fact for each brand.

    Cost: nothing when no page said yes to anything, else a few statements
    """
    agreed = _agreed(batch, people)
    if not agreed:
        return
    batch.cursor.execute(UNPROVEN, [list(agreed), int(Standing.PROVEN)])
    by_brand: dict[int, list[tuple[int, int]]] = {}
    for alias_no, profile_no, node_no in batch.cursor.fetchall():
        by_brand.setdefault(brand_node(node_no), []).append((alias_no, profile_no))
    publish(
        batch.acting,
        *(
            AddressesGiven(node_no=node_no, occurred_at=batch.at, given=json.dumps(given))
            for node_no, found in by_brand.items()
            if (given := _given(batch, node_no, found, agreed))
        ),
    )


def _given(
    batch: Batch, node_no: int, found: list[tuple[int, int]], agreed: dict[int, Agreed]
) -> list[GivenAddress]:
    # What a page calls a purpose is anybody's text: only names that the brand gave go on from here.
    known = {one.code for one in list_purposes(batch.acting, is_archived=False) if one.node_no == node_no}
    networks = list({agreed[alias_no].network for alias_no, _profile_no in found} - {""})
    digests = vault.blind("network", entity_no_at(node_no), networks) if networks else []
    names = {network: digest.hex()[:16] for network, digest in zip(networks, digests, strict=True)}
    return [
        GivenAddress(alias_no, profile_no, purposes, names.get(agreed[alias_no].network, ""))
        for alias_no, profile_no in found
        if (purposes := [code for code in agreed[alias_no].purposes if code in known])
    ]


def _agreed(batch: Batch, people: People) -> dict[int, Agreed]:
    """Return by the number of an address what was agreed to where it was given, of no network more than its share."""
    events = batch.set.events
    if "agreed" not in events.column_names:
        return {}
    networks = events["agreed_from"] if "agreed_from" in events.column_names else None
    found, held = people.identifiers, Counter[str]()
    combined = found.distinct.combined
    agreed: dict[int, Agreed] = {}
    # The latest first: who floods pushes out what came before it, and not who comes after.
    for row in reversed(
        np.flatnonzero(events["agreed"].is_valid().to_numpy() & batch.from_public()).tolist()
    ):
        place = int(combined.places[combined.inverse[row], EMAIL])
        number = 0 if place == NOBODY else int(found.alias_no[place])
        network = (networks[row].as_py() if networks is not None else None) or ""
        if not number or (number not in agreed and held[network] >= MOST_OF_A_NETWORK):
            continue
        if number not in agreed:
            held[network] += 1
            agreed[number] = Agreed(network)
        purposes = agreed[number].purposes
        purposes += [code for code in json.loads(events["agreed"][row].as_py()) if code not in purposes]
        if len(agreed) >= MOST_IN_A_SET:
            break
    return agreed
