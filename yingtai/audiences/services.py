from datetime import datetime
from time import perf_counter
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from yingtai.audiences.compiler import compile_audience
from yingtai.audiences.definition import Group, read_definition, write_definition
from yingtai.audiences.errors import AudienceNotFound, AudienceRefersToItself, NameIsMissing
from yingtai.audiences.events import AudienceRefreshed
from yingtai.audiences.models import Audience
from yingtai.audiences.queries import found, trait_columns
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import publish
from yingtai.kernel.scope import BRAND_SHIFT, Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import ProfileSet
from yingtai.lake.api import append, replace, scoped

MEMBERS = """
    SELECT profile_no, entered_at, brand_no, node_no FROM audience_members WHERE audience_no = $audience_no
"""


def create_audience(
    acting: Acting, *, node_no: int, name: str, definition: dict[str, Any], about: str = ""
) -> UUID:
    """Save a new audience at a place of the organization.

    Raises: NameIsMissing, DefinitionNotUnderstood, DefinitionTooDeep
    """
    document = _checked(acting, name, definition)
    with acting_transaction(acting):
        return Audience.objects.create(
            node_no=node_no, name=name.strip(), about=about.strip(), definition=document,
            created_by=acting.actor, created_at=acting.at, changed_at=acting.at,
        ).id  # fmt: skip


def change_audience(
    acting: Acting, audience_id: UUID, *, name: str, definition: dict[str, Any], about: str = ""
) -> None:
    """Save an audience under the same id; its stored membership follows at the next refresh.

    Raises: AudienceNotFound, NameIsMissing, DefinitionNotUnderstood, AudienceRefersToItself
    """
    document = _checked(acting, name, definition)
    with acting_transaction(acting):
        audience = Audience.objects.select_for_update().filter(id=audience_id, archived_at=None).first()
        if audience is None:
            raise AudienceNotFound
        named = [part.values.get("audience") for part in read_definition(document).sentences()]
        if audience.audience_no in named:
            raise AudienceRefersToItself
        audience.revision += audience.definition != document
        audience.name, audience.about, audience.definition = name.strip(), about.strip(), document
        audience.changed_at = acting.at
        audience.save()


def archive_audience(acting: Acting, audience_id: UUID) -> None:
    """Take an audience out of use; campaigns that used it keep their record. Repeating it changes nothing."""
    with acting_transaction(acting):
        Audience.objects.filter(id=audience_id, archived_at=None).update(archived_at=acting.at)


def refresh_audience(acting: Acting, audience_id: UUID) -> None:
    """Bring the stored membership up to now, and note who entered and who left since the time before.

    Raises:    AudienceNotFound
    Publishes: AudienceRefreshed
    Cost:      one query of the definition, one read and one write of the membership
    """
    with acting_transaction(acting):
        audience = found(audience_id)
        began = perf_counter()
        now = _people(acting, audience.node_no, read_definition(audience.definition))
        entered, left = _store(audience, now, at=acting.at)
        Audience.objects.filter(audience_no=audience.audience_no).update(
            people=len(now), entered=entered, left=left, refreshed_at=acting.at,
            refreshed_revision=audience.revision, took_ms=round((perf_counter() - began) * 1000),
        )  # fmt: skip
        fact = AudienceRefreshed(
            node_no=audience.node_no, occurred_at=acting.at, audience_id=audience.id,
            audience_no=audience.audience_no, people=len(now), entered=entered, left=left,
        )  # fmt: skip
        publish(acting, fact)


def fill(acting: Acting, people: ProfileSet, audience_id: UUID) -> int:
    """Put everyone who is in the audience at this moment into a set, and return how many.

    The definition is asked anew, so that a send goes to who belongs now and not to who belonged this morning.

    Raises: AudienceNotFound
    """
    with acting_transaction(acting):
        audience = found(audience_id)
        chosen = _people(acting, audience.node_no, read_definition(audience.definition))
        people.add(zip(chosen["profile_no"].to_pylist(), chosen["node_no"].to_pylist(), strict=True))
        people.analyze()
    return len(chosen)


def _checked(acting: Acting, name: str, definition: dict[str, Any]) -> dict[str, Any]:
    if not name.strip():
        raise NameIsMissing(field="name")
    group = read_definition(definition)
    compile_audience(group, at=acting.at, trait_columns=())
    return write_definition(group)


def _people(acting: Acting, node_no: int, definition: Group) -> pa.Table:
    # Where the audience belongs, not where the person who refreshes it happens to work.
    lake = scoped(_within(acting.scope, node_no))
    compiled = compile_audience(definition, at=acting.at, trait_columns=trait_columns(lake))
    return lake.query(compiled.people)


def _within(scope: Scope, node_no: int) -> Scope:
    place = Scope.of(node_no)
    return place if scope.contains(place) else scope


def _store(audience: Audience, now: pa.Table, *, at: datetime) -> tuple[int, int]:
    lake = scoped(Scope.of(audience.node_no))
    before = lake.query(MEMBERS, {"audience_no": audience.audience_no})
    stays = pc.is_in(now["profile_no"], value_set=before["profile_no"].combine_chunks())
    stayed = pc.is_in(before["profile_no"], value_set=now["profile_no"].combine_chunks())
    entered, left = now.filter(pc.invert(stays)), before.filter(pc.invert(stayed))
    # Changes first: if we stop between the two writes, the next refresh finds the same changes again, and a
    # reader of the changes takes the first of two equal ones.
    changes = pa.concat_tables([_change(entered, "entered", at), _change(left, "left", at)])
    if len(changes):
        append("audience_changes", _numbered(changes, audience))
        members = pa.concat_tables(
            [
                before.filter(stayed).select(["profile_no", "node_no", "entered_at"]),
                _with_time(entered, "entered_at", at),
            ]
        )
        replace("audience_members", _numbered(members, audience), {"audience_no": audience.audience_no})
    return len(entered), len(left)


def _change(people: pa.Table, change: str, at: datetime) -> pa.Table:
    rows = _with_time(people, "at", at)
    return rows.append_column("change", pa.array([change] * len(rows), pa.string()))


def _with_time(people: pa.Table, column: str, at: datetime) -> pa.Table:
    times = pa.array([at] * len(people), pa.timestamp("us", tz="UTC"))
    return people.select(["profile_no", "node_no"]).append_column(column, times)


def _numbered(rows: pa.Table, audience: Audience) -> pa.Table:
    brands = pc.shift_right(rows["node_no"], BRAND_SHIFT)
    numbers = pa.array([audience.audience_no] * len(rows), pa.int64())
    return rows.append_column("brand_no", brands).append_column("audience_no", numbers)
