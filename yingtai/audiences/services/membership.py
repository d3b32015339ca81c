"""Bring the stored membership of audiences up to now, and fill sets with who belongs at this moment."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import replace as changed
from time import perf_counter
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.models import F, Q
from pyarrow import csv

from yingtai.audiences.compiler import compile_together
from yingtai.audiences.counting import (
    compiled_for,
    currency_at,
    lake_at,
    minor_digits,
    trait_columns,
    zone_at,
)
from yingtai.audiences.definition import Group, read_definition
from yingtai.audiences.errors import DefinitionNotUnderstood, DefinitionTooDeep
from yingtai.audiences.events import AudienceRefreshed
from yingtai.audiences.models import Audience, Refresh
from yingtai.audiences.queries import definitions_behind, found, id_of_audience
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import publish
from yingtai.kernel.scope import BRAND_SHIFT, Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import ProfileSet
from yingtai.lake.api import TableIsBusy, append, replace, scoped
from yingtai.lake.damage import told_at_the_end

BEFORE = "SELECT profile_no, node_no, entered_at FROM audience_members WHERE audience_no = $audience_no"
LOCK = "SELECT pg_advisory_xact_lock(hashtext('audiences.refresh'), %s)"
MOST_TOGETHER = 200

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Due:
    """An audience to be refreshed, as its definition was read."""

    audience_no: int
    audience_id: UUID
    node_no: int
    revision: int
    definition: Group


def refresh_audience(acting: Acting, audience_id: UUID) -> None:
    """Bring the stored membership up to now, and note who entered and who left since the time before.

    Raises:    AudienceNotFound, DefinitionNotUnderstood
    Publishes: AudienceRefreshed
    Cost:      one query of the definition, one read and one write of the membership
    """
    began = perf_counter()
    with acting_transaction(acting):
        due = _due(found(audience_id))
        _store(acting, due, people_now(acting, due.node_no, due.definition), began=began)


def refresh_behind(acting: Acting, audience_id: UUID) -> None:
    """Refresh the audiences that an audience is made of whose stored members are of an older definition, the
    innermost first.

    Raises:    DefinitionNotUnderstood
    Publishes: AudienceRefreshed, one for each
    """
    with acting_transaction(acting):
        behind = list(definitions_behind(acting, audience_id))[1:]
        older = Audience.objects.filter(audience_no__in=behind).filter(
            Q(refreshed_revision=None) | ~Q(refreshed_revision=F("revision"))
        )
        ids = dict(older.values_list("audience_no", "id"))
    for audience_no in reversed(behind):
        if audience_no in ids:
            refresh_audience(acting, ids[audience_no])


def refresh_all(acting: Acting, *, progress: Progress = lambda done, total: None) -> int:
    """Refresh every live audience of the scope and return how many were; one that cannot be read is left out.

    Raises:    LakeDamaged, when the audiences of all other places are refreshed
    Publishes: AudienceRefreshed, one for each
    Cost:      one read of the events of each name for every 200 audiences of a place; a read and a write of each
               membership
    """
    with acting_transaction(acting):
        due = [one for audience in Audience.objects.filter(archived_at=None) if (one := _readable(audience))]
    done = 0
    with told_at_the_end() as passed_over:
        for together in _rounds(due):
            place = changed(acting, scope=Scope.of(together[0].node_no))
            began = perf_counter()
            with passed_over():
                everyone = _everyone(place, together)
                for one in together:
                    people = everyone.filter(everyone[f"in_{one.audience_no}"]).select(
                        ["profile_no", "node_no"]
                    )
                    # Whoever finds the table busy is due again at the next refresh; the others need not wait for it.
                    with passed_over(), suppress(TableIsBusy), acting_transaction(place):
                        _store(place, one, people, began=began)
                    done, began = done + 1, perf_counter()
                    progress(done, len(due))
    return done


def _everyone(place: Acting, together: list[Due]) -> pa.Table:
    """Return who is in any of some audiences of one place, and in which."""
    lake, node_no = lake_at(place, None), together[0].node_no
    sql = compile_together(
        {one.audience_no: one.definition for one in together},
        at=place.at, trait_columns=trait_columns(lake), minor_digits=minor_digits(node_no),
        zone=zone_at(node_no), currency=currency_at(node_no),
    )  # fmt: skip
    return lake.query(sql)


def fill(acting: Acting, people: ProfileSet, audience_id: UUID) -> int:
    """Put everyone who is in the audience at this moment into a set, and return how many.

    The definition is asked anew, so that a send goes to who belongs now and not to who belonged this morning.

    Raises: AudienceNotFound, DefinitionNotUnderstood
    """
    with acting_transaction(acting):
        due = _due(found(audience_id))
        return fill_with(acting, people, due.definition, node_no=due.node_no)


def fill_with(acting: Acting, people: ProfileSet, definition: Group, *, node_no: int | None) -> int:
    """Put everyone whom a definition chooses at this moment into a set, and return how many.

    Raises: DefinitionNotUnderstood
    """
    chosen = people_now(acting, node_no, definition)
    add_people(people, chosen)
    return len(chosen)


def people_now(acting: Acting, node_no: int | None, definition: Group) -> pa.Table:
    """Return whom a definition chooses at this moment: (profile_no, node_no), by number.

    Raises: DefinitionNotUnderstood
    """
    lake = lake_at(acting, node_no)
    return lake.query(compiled_for(lake, definition, at=acting.at, node_no=node_no).people)


def add_people(people: ProfileSet, chosen: pa.Table) -> None:
    """Put a table of (profile_no, node_no) into a set, in one COPY."""
    written = pa.BufferOutputStream()
    csv.write_csv(chosen, written, csv.WriteOptions(include_header=False))
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {people.table} (profile_no, node_no) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(written.getvalue().to_pybytes())
    people.analyze()


def _due(audience: Audience) -> Due:
    return Due(
        audience.audience_no, audience.id, audience.node_no, audience.revision,
        read_definition(audience.definition),
    )  # fmt: skip


def _readable(audience: Audience) -> Due | None:
    try:
        return _due(audience)
    except (DefinitionNotUnderstood, DefinitionTooDeep):
        return None


def _rounds(due: Sequence[Due]) -> Iterator[list[Due]]:
    """Return audiences that can be asked in one query: of one place, and after those they are made of."""
    waiting = {one.audience_no: one for one in due}
    while waiting:
        ready = [one for one in waiting.values() if not one.definition.audience_nos & waiting.keys()]
        by_place: dict[int, list[Due]] = defaultdict(list)
        # Nothing is ready only when audiences name each other in a circle: then any order is as good.
        for one in ready or list(waiting.values()):
            by_place[one.node_no].append(waiting.pop(one.audience_no))
        for group in by_place.values():
            for start in range(0, len(group), MOST_TOGETHER):
                yield group[start : start + MOST_TOGETHER]


def _store(acting: Acting, due: Due, now: pa.Table, *, began: float) -> None:
    with connection.cursor() as cursor:
        # Two refreshes at once would both see the same people enter.
        cursor.execute(LOCK, (due.audience_no % 2**31,))
    entered, left = _write(due, now, acting)
    took_ms = round((perf_counter() - began) * 1000)
    Audience.objects.filter(audience_no=due.audience_no).update(
        people=len(now), entered=entered, left=left, refreshed_at=acting.at, refreshed_revision=due.revision,
        took_ms=took_ms,
    )  # fmt: skip
    Refresh.objects.create(
        node_no=due.node_no, audience_no=due.audience_no, at=acting.at, people=len(now), entered=entered,
        left=left, took_ms=took_ms,
    )  # fmt: skip
    fact = AudienceRefreshed(
        node_no=due.node_no, occurred_at=acting.at, audience_id=due.audience_id, audience_no=due.audience_no,
        people=len(now), entered=entered, left=left,
    )  # fmt: skip
    publish(acting, fact)


def forget_members(acting: Acting, audience_no: int) -> None:
    """Remove the stored members of an audience that was deleted in the actor's scope. Repeating it changes nothing."""
    members = scoped(acting.scope).query(BEFORE, {"audience_no": audience_no})
    if not len(members) or id_of_audience(acting, audience_no) is not None:
        return
    nobody = scoped(Scope.of(0)).query(BEFORE, {"audience_no": -1})
    replace("audience_members", _numbered(nobody, audience_no), {"audience_no": audience_no})


def _write(due: Due, now: pa.Table, acting: Acting) -> tuple[int, int]:
    before = scoped(Scope.of(due.node_no)).query(BEFORE, {"audience_no": due.audience_no})
    place = pc.index_in(now["profile_no"], value_set=before["profile_no"].combine_chunks())
    entered = now.filter(pc.is_null(place))
    left = before.filter(pc.invert(pc.is_in(before["profile_no"], now["profile_no"].combine_chunks())))
    members = now.append_column("entered_at", pc.coalesce(before["entered_at"].take(place), _moment(acting)))
    if len(entered) or len(left):
        # Changes first: if we stop between the two writes, the next refresh finds the same changes again, and
        # a reader of the changes takes the first of two equal ones.
        changes = pa.concat_tables([_changes(entered, "entered", acting), _changes(left, "left", acting)])
        append("audience_changes", _numbered(changes, due.audience_no))
    if len(left) or not members["node_no"].equals(before["node_no"].take(place)):
        replace("audience_members", _numbered(members, due.audience_no), {"audience_no": due.audience_no})
    return len(entered), len(left)


def _changes(people: pa.Table, change: str, acting: Acting) -> pa.Table:
    rows = people.select(["profile_no", "node_no"])
    rows = rows.append_column("at", pa.repeat(_moment(acting), len(rows)))
    return rows.append_column("change", pa.repeat(change, len(rows)))


def _moment(acting: Acting) -> pa.Scalar:
    return pa.scalar(acting.at, pa.timestamp("us", tz="UTC"))


def _numbered(rows: pa.Table, audience_no: int) -> pa.Table:
    brands = pc.shift_right(rows["node_no"], pa.scalar(BRAND_SHIFT, pa.int64()))
    numbers = pa.repeat(pa.scalar(audience_no, pa.int64()), len(rows))
    return rows.append_column("brand_no", brands).append_column("audience_no", numbers)
