"""What an audience asks that the stored values cannot answer: said where it is built, for a count alone hides it."""

from django.utils.translation import gettext as _

from yingtai.audiences import suggestions
from yingtai.audiences.counting import lake_at, trait_columns
from yingtai.audiences.definition import Group
from yingtai.collect.api import trait_title
from yingtai.kernel.acting import Acting
from yingtai.lake.api import ScopedLake

HELD = """
    SELECT count("{column}") AS held, count("{column}") - count(TRY_CAST("{column}" AS DOUBLE)) AS others FROM traits
"""


def doubts_about(acting: Acting, definition: Group, *, node_no: int | None) -> list[str]:
    """Return in words which traits nobody has, and which hold values of another type than declared.

    Cost: one read of one column for each trait that is asked about
    """
    asked = sorted({str(one.values["trait"]) for one in definition.sentences() if "trait" in one.values})
    if not asked:
        return []
    lake, declared = lake_at(acting, node_no), suggestions.plan_traits(acting, node_no)
    said = []
    for name in asked:
        held, others = _held(lake, name)
        line, title = declared.get(name), trait_title(name)
        if not held:
            what = _(
                "Nobody has a “{name}” that can be asked about yet. A value of another type than declared is kept "
                "private."
            )
            said.append(what.format(name=title))
        elif others and line is not None and line.type in {"number", "integer"}:
            what = _("“{name}” is declared as a number, and some people have another type of value there.")
            said.append(what.format(name=title))
    return said


def _held(lake: ScopedLake, trait: str) -> tuple[int, int]:
    column = f"trait_{trait}"
    if column not in trait_columns(lake):
        return 0, 0
    row = lake.query(HELD.format(column=column.replace('"', '""'))).to_pylist()[0]
    return row["held"], row["others"]
