"""The catalogue of metrics: named questions to the lake, each a function that returns its SQL."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from yingtai.kernel.contributions import Catalogue
from yingtai.kernel.labels import Label
from yingtai.kernel.units import MONEY, UNITS

Row = dict[str, Any]
CATALOGUE: "Catalogue[Metric]" = Catalogue("metrics")


@dataclass(frozen=True)
class Metric:
    """A named question to the lake; the name is for ever, a new definition is a new name."""

    name: str
    unit: str
    reads: tuple[str, ...]
    label: Label
    counts: tuple[str, ...]
    anew: Callable[[Row, Row], Row] | None
    sums: tuple[str, ...]
    sql: Callable[..., str]

    # A page that names a metric wants its name and meaning, not what calling it returns.
    do_not_call_in_templates: ClassVar[bool] = True

    @property
    def meaning(self) -> str:
        """The first paragraph of its docstring."""
        return " ".join((self.sql.__doc__ or "").strip().partition("\n\n")[0].split())

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        return self.sql(*args, **kwargs)


def metric(
    name: str,
    *,
    unit: str,
    reads: tuple[str, ...] = (),
    label: Label = Label.L2,
    counts: tuple[str, ...] = (),
    anew: Callable[[Row, Row], Row] | None = None,
    sums: tuple[str, ...] = (),
) -> Callable[[Callable[..., str]], Metric]:
    """Declare a function that returns SQL as a metric.

    In:   name   `module.words_of_the_question`
          unit   one of `kernel.units`: it decides how the number is written
          reads  the tables it names: of the lake, or ones that the caller defines
          label  how sensitive the result is: L3 when its rows are of single people
          counts the columns that are numbers of people: whoever may not see people reads them roughly
          anew   what shares and averages are when the counts are told roughly: (row as told, true row) → the columns
                 that change; none that is left as it is may give a true count away
          sums   the columns that are sums or averages over the people of the first of `counts`, such as money: they are
                 rough where that is, and not told of fewer than twenty
    """
    if (sums and not counts) or (unit == MONEY and label < Label.L3 and not sums):
        raise TypeError(f"metric {name}: say with `sums` and `counts` which money comes from how many people")
    if unit == "ratio" and counts and anew is None:
        raise TypeError(
            f"metric {name}: say with `anew` what its shares are when its counts are told roughly"
        )
    if unit not in UNITS:
        raise TypeError(f"metric {name}: the unit {unit!r} is none of {', '.join(sorted(UNITS))}")

    def declare(sql: Callable[..., str]) -> Metric:
        if not sql.__doc__:
            raise TypeError(f"metric {name} needs a docstring that says what it answers")
        return CATALOGUE.register(name, Metric(name, unit, reads, label, counts, anew, sums, sql))

    return declare
