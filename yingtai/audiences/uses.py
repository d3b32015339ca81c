"""Who uses an audience: modules above register how to find out, and the audience's page shows it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import Catalogue


@dataclass(frozen=True)
class Use:
    """Something that uses an audience.

    state     a word for a person: Draft, Running, Finished
    needs_it  it is not what it was without the audience, which therefore is not deleted; a draft chooses another one
    """

    title: str
    url: str
    state: str = ""
    needs_it: bool = True


audience_uses: Catalogue[Callable[[Acting, int], Sequence[Use]]] = Catalogue("uses of audiences")
"""Contributions: `uses(acting, audience_no) -> [Use]`, latest first, at most a page full."""


def uses_of(acting: Acting, audience_no: int) -> list[Use]:
    """Return everything that uses an audience."""
    return [use for uses in audience_uses.all() for use in uses(acting, audience_no)]
