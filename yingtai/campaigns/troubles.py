"""What holds a campaign up: kept as the code of an error with its facts, read by everybody in their language."""

from typing import Any

from yingtai.kernel.errors import CATALOGUE, ProductError
from yingtai.kernel.http import words_of
from yingtai.ui.formats import number

LONGEST_FACT = 200


def kept_form(problem: ProductError | None) -> dict[str, Any]:
    """Return the columns of a campaign that keep a trouble, or that there is none."""
    if problem is None:
        return {"trouble": "", "trouble_facts": {}}
    facts = {name: str(value)[:LONGEST_FACT] for name, value in problem.facts.items()}
    return {"trouble": problem.code, "trouble_facts": facts}


def words_of_trouble(trouble: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Return title and remedy of what a campaign keeps; of a release that knew only words, those."""
    kind = CATALOGUE.get(trouble)
    return words_of(kind(**{name: _shown(fact) for name, fact in facts.items()})) if kind else (trouble, "")


def _shown(fact: Any) -> Any:
    """Write a count as people read it; what a server said stays as it is."""
    return number(int(fact)) if str(fact).isdecimal() else fact
