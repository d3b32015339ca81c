"""Copies that the lake keeps of what the books know: declared traits, one row per profile, made anew when dirty."""

from dataclasses import dataclass

import pyarrow as pa
from django.db import connection
from psycopg import sql
from pyarrow import csv

from yingtai.collect.api import plan_of
from yingtai.customers.eventset import NEEDED, EventSet
from yingtai.customers.ingest.lock import sole_writer
from yingtai.customers.models import DirtyTraits
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import BRAND_SHIFT, Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake

TRAITS_OF_BRAND = """
    COPY (
        SELECT profile.profile_no, profile.node_no,
            (extract(epoch FROM profile.first_seen_at) * 1000000)::bigint,
            (extract(epoch FROM recent.latest_seen_at) * 1000000)::bigint{traits}
        FROM customers_profile AS profile LEFT JOIN customers_recenttimeline AS recent USING (profile_no)
        WHERE profile.node_no >= {lo} AND profile.node_no < {hi} AND profile.merged_into_no IS NULL
            AND profile.erased_at IS NULL
    ) TO STDOUT (FORMAT CSV, FORCE_QUOTE *)
"""
# A value counts when it is of its declared type: declarations change, what was said does not.
TRAIT = """,
            CASE WHEN jsonb_typeof(profile.traits->{name}->0) = {type} THEN {value} END"""
AS_TEXT = "profile.traits->{name}->>0"
# What no double holds would be read as infinite, and every sum over it too.
AS_NUMBER = (
    """CASE WHEN abs((profile.traits->{name}->>0)::numeric) < 1.79e308 THEN profile.traits->{name}->>0 END"""
)
AS_WHOLE_NUMBER = """CASE WHEN abs((profile.traits->{name}->>0)::numeric) < 9e18
                THEN trunc((profile.traits->{name}->>0)::numeric)::bigint END"""
SAID_IN_BRAND = """
    SELECT DISTINCT jsonb_object_keys(traits) FROM customers_profile WHERE node_no >= %s AND node_no < %s
"""
READ_AT_ONCE = 16 << 20


@dataclass(frozen=True)
class Kind:
    """How a declared type is kept: its Arrow type, the JSON type it is said in, and how SQL reads it."""

    arrow: pa.DataType
    json: str
    sql: str = AS_TEXT


KINDS = {
    "string": Kind(pa.string(), "string"),
    "number": Kind(pa.float64(), "number", AS_NUMBER),
    "integer": Kind(pa.int64(), "number", AS_WHOLE_NUMBER),
    "boolean": Kind(pa.bool_(), "boolean"),
    "datetime": Kind(pa.string(), "string"),
}
FIXED = dict.fromkeys(("profile_no", "node_no", "first_seen_at", "latest_seen_at"), pa.int64())
MOMENT = pa.timestamp("us", tz="UTC")


def refresh_traits(acting: Acting, *, only: int | None = None) -> list[int]:
    """Give the lake a new copy of the traits of every brand where they changed, or of one, and return the brands.

    The actor must see all of a brand whose traits are copied: what is out of sight would be left out.

    Cost: one read of the brand's profiles; at most once a minute when nothing waits, and after a file
    """
    changed = DirtyTraits.objects.values_list("brand_no", flat=True).order_by("brand_no")
    dirty = list(changed if only is None else changed.filter(brand_no=only))
    for brand_no in dirty:
        # Whoever changes traits finds their brand noted, or notes it: nobody may while the note is being removed.
        with sole_writer(), acting_transaction(acting):
            DirtyTraits.objects.filter(brand_no=brand_no).delete()
            rows = _traits_of(brand_no)
            lake.replace("traits", rows, {"brand_no": brand_no})
    return dirty


def no_events() -> EventSet:
    """Return a set of nothing, for requests that hold only refused events."""
    return EventSet(pa.table({name: pa.array([], kind) for name, kind in NEEDED.items()}))


def _traits_of(brand_no: int) -> pa.Table:
    kinds = {
        name: KINDS[line.type]
        for name, line in plan_of(brand_no).traits.items()
        if line.may_be_known and line.type in KINDS and "." not in name
    }
    lo, hi = Scope.of(brand_no << BRAND_SHIFT).ranges[0]
    content = pa.BufferOutputStream()
    with connection.cursor() as cursor:
        cursor.execute(SAID_IN_BRAND, (lo, hi))
        said = {name for (name,) in cursor.fetchall()}
        kinds = {name: kind for name, kind in kinds.items() if name in said}
        with cursor.copy(_question(lo, hi, kinds)) as copy:
            for part in copy:
                content.write(part)
    traits = {f"trait_{name}": kind.arrow for name, kind in kinds.items()}
    rows = _table(content, FIXED | traits)
    for name in ("first_seen_at", "latest_seen_at"):
        rows = rows.set_column(rows.schema.get_field_index(name), name, rows[name].cast(MOMENT))
    return rows


def _table(content: pa.BufferOutputStream, types: dict[str, pa.DataType]) -> pa.Table:
    if not content.tell():
        return pa.schema([*types.items()]).empty_table()
    # Everything that is there stands in quotes, so an empty text is told from none.
    return csv.read_csv(
        content.getvalue(),
        read_options=csv.ReadOptions(column_names=list(types), block_size=READ_AT_ONCE),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _question(lo: int, hi: int, kinds: dict[str, Kind]) -> sql.Composed:
    traits = [
        sql.SQL(TRAIT).format(
            name=sql.Literal(name), type=sql.Literal(kind.json),
            value=sql.SQL(kind.sql).format(name=sql.Literal(name)),
        )
        for name, kind in kinds.items()
    ]  # fmt: skip
    return sql.SQL(TRAITS_OF_BRAND).format(
        lo=sql.Literal(lo), hi=sql.Literal(hi), traits=sql.SQL("").join(traits)
    )
