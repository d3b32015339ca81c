"""When a person is erased, no answer of theirs holds any more. The log stays: it proves what was lawful.

What they were recognized by stays as keyed hashes, so that an old file brings back no old yes.
"""

from collections.abc import Collection, Sequence

from django.db import connection

from yingtai.compliance.models import ConsentNow, Erased
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction

REMEMBER = """
    INSERT INTO compliance_erased (node_no, blind, erased_at)
    SELECT %(node_no)s, asked.blind, %(at)s FROM (SELECT DISTINCT unnest(%(blinds)s::bytea[]) AS blind) AS asked
    ON CONFLICT (node_no, blind) DO UPDATE SET erased_at = greatest(compliance_erased.erased_at, excluded.erased_at)
"""


def forget_answers(acting: Acting, profile_nos: Sequence[int]) -> None:
    """Let no answer of these people hold any more. Repeating it changes nothing."""
    with acting_transaction(acting):
        ConsentNow.objects.filter(profile_no__in=profile_nos).delete()


def remember_erased(acting: Acting, node_no: int, blinds: Collection[bytes]) -> None:
    """Remember what people of a brand were recognized by who are erased now. Repeating it changes nothing.

    In: blinds  keyed hashes, as `vault` makes them
    """
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(REMEMBER, {"node_no": brand_node(node_no), "blinds": list(blinds), "at": acting.at})


def has_erased(acting: Acting, node_no: int) -> bool:
    """Say whether a brand ever erased somebody."""
    with acting_transaction(acting):
        return Erased.objects.filter(node_no=brand_node(node_no)).exists()


def erased_among(acting: Acting, node_no: int, blinds: Collection[bytes]) -> set[bytes]:
    """Return those of the keyed hashes by which somebody was recognized whom the brand has erased."""
    with acting_transaction(acting):
        found = Erased.objects.filter(node_no=brand_node(node_no), blind__in=list(blinds))
        return {bytes(blind) for blind in found.values_list("blind", flat=True)}
