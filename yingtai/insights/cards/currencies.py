"""Which currencies a card shows, and how the others are told: an order in money that nobody else pays with, which a
page may say by a key that everybody can read, is a sentence, not a picture for everybody."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yingtai.insights.cards.card import Look
from yingtai.ui import formats

NOTICEABLE = 0.01
"""Of all orders: from such a share on a currency has figures and pictures of its own."""
MOST_NAMED = 5
SALES = "insights.sales_in_all"


def orders_by_currency(look: Look) -> dict[str, int]:
    """Return how many orders of the time asked for have an amount, by currency, as whoever looks may know it."""
    return {row["currency"]: row["orders"] or 0 for row in look.ask(SALES).rows}


def noticeable(found: Collection[str], orders: Mapping[str, int], look: Look) -> list[str]:
    """Return those of the currencies found that are shown: the brands' own first, then those of many orders; all when
    no order is told of."""
    total = sum(orders.values())
    many = {one for one in found if orders.get(one, 0) > NOTICEABLE * total} if total else {*found}
    shown = [one for one in found if one in many | look.own_currencies]
    return sorted(shown or found, key=lambda one: (one != look.currency, one))


def others_in_words(folded: Collection[str], orders: Mapping[str, int]) -> str:
    """Return the currencies that are not shown, in a sentence; empty when there are none."""
    if not folded:
        return ""
    most = sorted(folded, key=lambda one: (-orders.get(one, 0), one))
    named = [_orders_in(one, orders.get(one, 0)) for one in most[:MOST_NAMED]]
    more = len(most) - len(named)
    if more:
        words = ngettext("some in %(count)s more currency", "some in %(count)s more currencies", more)
        named.append(words % {"count": more})
    return _("Beside these: %(orders)s.") % {"orders": _(", ").join(named)}


def _orders_in(currency: str, count: int) -> str:
    if not count:
        return _("a few orders in %(currency)s") % {"currency": currency}
    words = ngettext("%(count)s order in %(currency)s", "%(count)s orders in %(currency)s", count)
    return words % {"count": formats.number(count), "currency": currency}
