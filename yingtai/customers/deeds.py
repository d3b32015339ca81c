"""What is recorded of customers: who saw, copied, erased or looked for somebody; and how often they may."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from yingtai.customers.errors import TooManySearches
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.counters import count_up
from yingtai.organization.api import record_deed

SEARCHES = 60
SEARCHES_OF_A_PROGRAM = 600
# A shop or a call center asks for people who are there; who guesses finds nobody most of the time.
WEIGHT_OF_A_MISS = 3
RECORDED_MISSES = 100
WITHIN_SECONDS = 600

deed_words.register("person.revealed", _("looked at a private value"))
deed_words.register("person.identifier-confirmed", _("confirmed an identifier of a person"))
deed_words.register("person.copied", _("took a copy of a person"))
deed_words.register("person.erased", _("erased a person"))
deed_words.register("person.merged", _("merged two profiles"))
deed_words.register("person.split", _("undid a merge of two profiles"))
deed_words.register("person.searched-often", _("searched for people unusually often"))


def count_search(acting: Acting) -> None:
    """Count a search for a whole phone number, address or name; who guesses many is recorded, then stopped.

    Raises: TooManySearches
    """
    count = _add("searches", acting, 1)
    most = SEARCHES if _is_staff(acting) else SEARCHES_OF_A_PROGRAM
    if count > most:
        raise TooManySearches
    if count in (most // 2, most):
        # Written with a search that is still answered; what is refused leaves nothing behind.
        _record(acting, searches=count)


def count_miss(acting: Acting) -> None:
    """Count that a search found nobody: for a program it weighs as several searches, and many are recorded."""
    if _is_staff(acting):
        return
    _add("searches", acting, WEIGHT_OF_A_MISS - 1)
    misses = _add("misses", acting, 1)
    if misses == RECORDED_MISSES:
        _record(acting, misses=misses)


def _add(what: str, acting: Acting, number: int) -> int:
    return count_up(f"{what}-of-{acting.actor}", number, seconds=WITHIN_SECONDS)


def _is_staff(acting: Acting) -> bool:
    return acting.actor.startswith("staff:")


def _record(acting: Acting, **counts: Any) -> None:
    record_deed(acting, "person.searched-often", node_no=acting.scope.hull.lo, **counts)
