"""What is recorded of customers: who saw, copied, erased or looked for somebody; and how often they may."""

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from yingtai.customers.errors import TooManySearches
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_words
from yingtai.organization.api import record_deed

SEARCHES = 60
SEARCHES_OF_A_PROGRAM = 6_000
WITHIN_SECONDS = 600

deed_words.register("person.revealed", _("looked at a private value"))
deed_words.register("person.identifier-confirmed", _("confirmed an identifier of a person"))
deed_words.register("person.copied", _("took a copy of a person"))
deed_words.register("person.erased", _("erased a person"))
deed_words.register("person.searched-often", _("searched for people unusually often"))


def count_search(acting: Acting) -> None:
    """Count a search for a whole phone number, address or name; who guesses many is recorded, then stopped.

    Raises: TooManySearches
    """
    key = f"searches-of-{acting.actor}"
    cache.add(key, 0, WITHIN_SECONDS)
    count = cache.incr(key)
    most = SEARCHES if acting.actor.startswith("staff:") else SEARCHES_OF_A_PROGRAM
    if count > most:
        raise TooManySearches
    if count in (most // 2, most):
        # Written with a search that is still answered; what is refused leaves nothing behind.
        record_deed(acting, "person.searched-often", node_no=acting.scope.hull.lo, searches=count)
