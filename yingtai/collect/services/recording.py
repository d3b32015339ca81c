"""Facts of the product itself go through the inbox like any other."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from yingtai.collect.inbox import INSERT_ROW, RECORD, additional_data, compress
from yingtai.collect.recorded import INTERNAL_SOURCE, RecordedFact, write_facts
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import NotAllowed
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.vault.api import current_epoch, seal_blob

FACTS_PER_ROW = 1_000


def record(acting: Acting, facts: Sequence[RecordedFact]) -> None:
    """Write facts to the inbox in the caller's transaction: they happen when it commits, or not at all.

    Raises: NotAllowed for a fact outside the actor's scope
    """
    if not facts:
        return
    if not all(acting.scope.covers(fact.node_no) for fact in facts):
        # The inbox has no walls: whoever writes to it has to have a place there.
        raise NotAllowed
    by_brand: dict[int, list[RecordedFact]] = defaultdict(list)
    for fact in facts:
        by_brand[brand_node(fact.node_no)].append(fact)
    rows = [
        _row(acting, node_no, some[start : start + FACTS_PER_ROW])
        for node_no, some in by_brand.items()
        for start in range(0, len(some), FACTS_PER_ROW)
    ]
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.executemany(INSERT_ROW, rows)


def _row(acting: Acting, node_no: int, facts: Sequence[RecordedFact]) -> tuple[Any, ...]:
    epoch = current_epoch()
    body = compress(write_facts(acting.at, facts))
    sealed = seal_blob(epoch, body, additional_data(INTERNAL_SOURCE, node_no))
    return INTERNAL_SOURCE, node_no, RECORD, epoch.id, len(facts), sealed
