"""What the blanks of the builder offer: names from the tracking plan, and what the lake has seen lately."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from yingtai.audiences.comparing import COLUMNS
from yingtai.audiences.counting import lake_at, trait_columns
from yingtai.collect.api import Declared, plan_of, shown_instead_of
from yingtai.kernel.acting import Acting
from yingtai.kernel.protecting import is_protected
from yingtai.kernel.scope import brand_of

MOST_OFFERED = 100
LATELY_DAYS = 30
NAME_OF_PRODUCT = "max(json_extract_string(properties, '$.name'))"
EVENTS = """
    SELECT event, count(*) AS events FROM events WHERE day >= $since GROUP BY event ORDER BY 2 DESC, 1 LIMIT $most
"""
VALUES = """
    SELECT {column} AS value, count(*) AS events, {title} AS title FROM events
    WHERE day >= $since AND event = $event AND {column} IS NOT NULL GROUP BY 1 {fewest} ORDER BY 2 DESC, 1 LIMIT $most
"""
# Never a value that only few people have: a list of values must not tell who somebody is. Details of events are offered
# whole to whoever may see people, who reads them in any timeline.
OF_SOME_PEOPLE = "HAVING count(DISTINCT profile_no) >= 5"
TRAIT_VALUES = """
    SELECT "{column}" AS value, count(*) AS people, NULL AS title FROM traits
    WHERE "{column}" IS NOT NULL GROUP BY 1 HAVING count(*) >= 5 ORDER BY 2 DESC, 1 LIMIT $most
"""


def events_to_offer(acting: Acting, node_no: int | None) -> list[str]:
    """Return names of events: seen lately, most frequent first, then declared ones. Cost: a scan of 30 days."""
    since = (acting.at - timedelta(days=LATELY_DAYS)).date()
    rows = lake_at(acting, node_no).query(EVENTS, {"since": since, "most": MOST_OFFERED})
    # One that is written like what another is shown as could not be told from it.
    seen = [name for name in rows["event"].to_pylist() if name and not shown_instead_of(name)]
    return [*seen, *sorted(plan_events(acting, node_no) - set(seen))][:MOST_OFFERED]


def traits_to_offer(acting: Acting, node_no: int | None) -> list[str]:
    """Return the names of traits that sentences may ask about: those of the brand, for the lake's columns are
    shared with its neighbours."""
    columns = {name.removeprefix("trait_") for name in trait_columns(lake_at(acting, node_no))}
    return sorted(columns & _known_traits(acting, node_no))


def values_to_offer(
    acting: Acting, node_no: int | None, part: dict[str, Any], first: str = ""
) -> list[tuple[str, str]]:
    """Return the most frequent values for a blank of a sentence that is being written, each with what it is called.

    In: first  what the blanks of that detail begin with
    """
    lake = lake_at(acting, node_no)
    column = f"trait_{part.get('trait', '')}"
    if column in trait_columns(lake):
        sql = TRAIT_VALUES.format(column=column.replace('"', '""'))
        return _texts(lake.query(sql, {"most": MOST_OFFERED}))
    where = part.get(f"{first}where", "")
    if where not in dict(COLUMNS) or not part.get("event"):
        return []
    since = (acting.at - timedelta(days=LATELY_DAYS)).date()
    values = {"since": since, "event": part["event"], "most": MOST_OFFERED}
    title = NAME_OF_PRODUCT if where == "product_id" else "NULL"
    fewest = OF_SOME_PEOPLE if is_protected(acting) else ""
    return _texts(lake.query(VALUES.format(column=where, title=title, fewest=fewest), values))


def _texts(rows: Any) -> list[tuple[str, str]]:
    return [(_written(row["value"]), row["title"] or "") for row in rows.to_pylist()]


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def plan_events(acting: Acting, node_no: int | None) -> set[str]:
    """Return the names of the events that the brands of a place declared."""
    return {name for brand in _brands(acting, node_no) for name in plan_of(brand).events}


def plan_traits(acting: Acting, node_no: int | None) -> dict[str, Declared]:
    """Return the traits that the brands of a place declared, private ones too; what may be known anywhere wins."""
    declared = [line for brand in _brands(acting, node_no) for line in plan_of(brand).traits.values()]
    return {line.name: line for line in sorted(declared, key=lambda line: line.may_be_known)}


def _known_traits(acting: Acting, node_no: int | None) -> set[str]:
    return {name for name, line in plan_traits(acting, node_no).items() if line.may_be_known}


def _brands(acting: Acting, node_no: int | None) -> set[int]:
    brands = {brand_of(node_no)} if node_no else {brand_of(lo) for lo, _hi in acting.scope.ranges}
    return brands - {0}
