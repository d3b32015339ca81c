"""Who of a set may be written to, and at which address: one way for the check, the decision and the sending."""

from yingtai.campaigns.services.suppressing import mark_suppressed
from yingtai.compliance.api import mark_consent
from yingtai.customers import api as customers
from yingtai.kernel.sets import ProfileSet


def choose_addresses(people: ProfileSet, *, purpose: str, channel: str) -> None:
    """Choose the address of everyone in the set, and mark the others with why not; who marks first wins.

    An address is proven, covered by the yes the purpose stands on, and not one that bounced (ADR 0088, 0089).
    Cost: five set statements, inside the caller's transaction
    """
    customers.mark_without_contact(people, channel)
    mark_consent(people, purpose=purpose, channel=channel)
    customers.choose_contact(people, channel)
    mark_suppressed(people)
