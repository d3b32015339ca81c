"""What people of a file agreed to or refused: recorded in the transaction that brings its lines, or not at all."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
from django.db import connection

from yingtai.collect.api import (
    NOBODY,
    AnswerForNoPurpose,
    AnswerOfNobody,
    AnswerSaidBefore,
    AnswerWithoutAddress,
    RawSet,
    hold_back,
)
from yingtai.compliance.api import (
    ConsentRow,
    DatedAnswer,
    ErasureStands,
    Status,
    WithdrawalStands,
    record_consents,
    said_before,
)
from yingtai.customers.contacts import KIND_OF_CHANNEL, channels_of
from yingtai.customers.rules import BY_PRIORITY
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import EVERYTHING, brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import entity_no_at
from yingtai.vault.api import blind

OWNERS = """
    SELECT DISTINCT ON (asked.place) asked.place, identifier.profile_no, profile.node_no
    FROM unnest(%s::int[], %s::smallint[], %s::bytea[]) WITH ORDINALITY AS asked (place, kind, blind, strength)
    JOIN customers_identifier AS identifier
        ON identifier.brand_no = %s AND identifier.kind = asked.kind AND identifier.blind = asked.blind
    JOIN customers_profile AS profile ON profile.profile_no = identifier.profile_no
    ORDER BY asked.place, asked.strength
"""

Owners = dict[int, tuple[int, int]]
"""Profile and node of the person a row is about, by row."""


def record_answers(acting: Acting, raw: RawSet, known: set[bytes], load_id: str) -> tuple[int, Counter[str]]:
    """Record the answers of a set's rows, and return how many, and why others were not. An answer with a time of its
    own is recorded once per person, purpose and channel; one without is what was said last, also when a file says it
    again in the same words.

    Called inside the transaction that writes the set, which sees everything; people the actor may not see are nobody.

    In: known  the keys of rows that came before: their answers to the purposes asked for then were recorded with them
    """
    if raw.consents is None:
        return 0, Counter()
    hashes = raw.events["message_hash"].to_pylist()
    read_at = raw.events["received_at"].to_pylist()
    answers = [row | {"is_dated": row["at"] != read_at[row["event_row"]]} for row in raw.consents.to_pylist()]
    everywhere = replace(acting, scope=EVERYTHING)
    found = owners_of(everywhere, raw, sorted({row["event_row"] for row in answers}))
    owners = {row: (person, node) for row, (person, node) in found.items() if acting.scope.covers(node)}
    came = [row for row in answers if row["event_row"] in owners]
    repeated = [row for row in came if row["is_dated"] and hashes[row["event_row"]] in known]
    before = said_before(everywhere, [_dated(row, owners) for row in repeated])
    said = {id(repeated[place]) for place in before}
    owned = [row for row in came if id(row) not in said]
    reach = channels_of(everywhere, {owners[row["event_row"]][0] for row in owned})
    kept = [row for row in owned if not row["is_granted"] or _is_reached(row, owners, reach)]
    done = record_consents(everywhere, [_consent(row, owners, load_id) for row in kept])
    left_out = {
        AnswerOfNobody: len(answers) - len(came),
        AnswerSaidBefore: len(said) + done.unchanged,
        AnswerWithoutAddress: len(owned) - len(kept),
        AnswerForNoPurpose: sum(count for _, _, count in done.refused),
        WithdrawalStands: done.withdrawals_kept,
        ErasureStands: done.before_erasure,
    }
    return done.recorded, Counter({reason.code: count for reason, count in left_out.items() if count})


def owners_of(acting: Acting, raw: RawSet, rows: list[int]) -> Owners:
    """Return profile and node of the person each row is about, by the strongest identifier that is theirs alone."""
    kinds = [kind for kind in BY_PRIORITY if f"id_{kind.name}" in raw.events.column_names]
    if not rows or not kinds:
        return {}
    brand_no = brand_of(raw.events["node_no"][0].as_py())
    entity_no = entity_no_at(brand_no << 40)
    held = [raw.events[f"id_{kind.name}"].combine_chunks().dictionary_encode() for kind in kinds]
    codes = np.stack([one.indices.fill_null(NOBODY).to_numpy() for one in held], axis=1)
    hold_back(codes, [kind.name for kind in kinds])
    places: list[int] = []
    numbers: list[int] = []
    blinds: list[bytes] = []
    for column, kind in enumerate(kinds):
        found = [row for row in rows if codes[row, column] != NOBODY]
        values = [held[column].dictionary[int(codes[row, column])].as_py() for row in found]
        places += found
        numbers += [kind.number] * len(found)
        blinds += blind(kind.name, entity_no, values)
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(OWNERS, [places, numbers, blinds, brand_no])
        return {place: (profile_no, node_no) for place, profile_no, node_no in cursor.fetchall()}


def _is_reached(row: dict[str, Any], owners: Owners, reach: dict[int, frozenset[str]]) -> bool:
    # Of letters and the like we keep no addresses, so nothing can be said.
    return row["channel"] not in KIND_OF_CHANNEL or row["channel"] in reach[owners[row["event_row"]][0]]


def _consent(row: dict[str, Any], owners: Owners, load_id: str) -> ConsentRow:
    return ConsentRow(
        *owners[row["event_row"]],
        row["purpose"],
        row["channel"],
        _status(row),
        row["at"],
        "import",
        evidence={"import": load_id, "method": "file"},
        is_dated=row["is_dated"],
    )


def _dated(row: dict[str, Any], owners: Owners) -> DatedAnswer:
    person, _node = owners[row["event_row"]]
    return DatedAnswer(person, row["purpose"], row["channel"], _status(row), row["at"])


def _status(row: dict[str, Any]) -> int:
    return int(Status.GRANTED if row["is_granted"] else Status.DENIED)
