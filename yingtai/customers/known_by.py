"""Who is known by which identifier: for whole lists that another module holds, in one query."""

from collections.abc import Sequence

from django.db import connection

from yingtai.customers.rules import BY_NAME
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_node, brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import entity_no_at
from yingtai.vault import api as vault

BEHIND = """
    SELECT asked.place, profile.profile_no, profile.node_no
    FROM unnest(%s::bytea[]) WITH ORDINALITY AS asked (blind, place)
    JOIN customers_identifier AS known
         ON known.brand_no = %s AND known.kind = %s AND known.blind = asked.blind
    JOIN customers_profile AS profile USING (profile_no)
"""


def profiles_behind(
    acting: Acting, kind: str, values: Sequence[str], *, node_no: int
) -> list[tuple[int, int] | None]:
    """Return (profile_no, node_no) for each normalised identifier of one kind in the brand of a node; None for
    one that nobody in scope is known by.

    Cost: 1 query
    """
    blinds = vault.blind(kind, entity_no_at(brand_node(node_no)), list(values))
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(BEHIND, (blinds, brand_of(node_no), BY_NAME[kind].number))
        found = {place - 1: (profile_no, node) for place, profile_no, node in cursor.fetchall()}
    return [found.get(place) for place in range(len(blinds))]
