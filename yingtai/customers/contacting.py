"""Reaching a person right away: the number a call goes to, and in words whether one may call or write."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yingtai.compliance.api import ConsentView, consents_of, consents_of_many, list_purposes
from yingtai.customers.queries import MaskedIdentifier
from yingtai.customers.rules import Standing
from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import brand_of
from yingtai.ui.formats import listed

CONSENT = "consent"
CALLING = ("phone",)
WRITING = ("email", "sms", "wechat", "post")


@dataclass(frozen=True)
class Phone:
    """The number to call, masked; a page or an app may have claimed it."""

    alias_no: int
    masked: str
    is_claimed: bool


@dataclass(frozen=True)
class Permission:
    """Whether one may call or write, in a sentence."""

    words: str
    is_given: bool


def phone_of(identifiers: Sequence[MaskedIdentifier]) -> Phone | None:
    """Return the number to call, one that is proven first; None when none is known in the clear."""
    phones = [one for one in identifiers if one.kind == "phone" and one.masked]
    best = min(phones, key=lambda one: one.standing == Standing.CLAIMED, default=None)
    return Phone(best.alias_no, best.masked, best.standing == Standing.CLAIMED) if best else None


def permissions(acting: Acting, profile_no: int, node_no: int) -> list[Permission]:
    """Return whether this person may be called and written to, for marketing and for what the law allows anyway.

    Cost: 4 queries
    """
    consents = [one for one in consents_of(acting, profile_no) if not one.recipient]
    served = [
        one.title
        for one in list_purposes(acting)
        if one.basis != CONSENT
        and set(one.channels) & {*CALLING, *WRITING}
        and brand_of(one.node_no) == brand_of(node_no)
    ]
    always = [Permission(_("No consent is needed for: %s.") % listed(served), True)] if served else []
    return [_calling(consents), _writing(consents), *always]


def calling_permissions(acting: Acting, profile_nos: Sequence[int]) -> dict[int, Permission]:
    """Return whether these people may be called for marketing, by person, for a list.

    Cost: 3 queries
    """
    held = consents_of_many(acting, profile_nos)
    return {
        number: _calling([one for one in held.get(number, ()) if not one.recipient]) for number in profile_nos
    }


def _calling(consents: Sequence[ConsentView]) -> Permission:
    granted, has_refused = _answers(consents, CALLING)
    if granted:
        return Permission(_("You may call for: %s.") % listed(granted), True)
    if has_refused:
        return Permission(_("Do not call for marketing: they said no."), False)
    return Permission(_("Do not call for marketing: there is no answer on record."), False)


def _writing(consents: Sequence[ConsentView]) -> Permission:
    granted, has_refused = _answers(consents, WRITING)
    if granted:
        return Permission(_("You may write for: %s.") % listed(granted), True)
    if has_refused:
        return Permission(_("Do not write for marketing: they said no."), False)
    return Permission(_("Do not write for marketing: there is no answer on record."), False)


def _answers(consents: Sequence[ConsentView], channels: Collection[str]) -> tuple[list[str], bool]:
    """Return what was agreed to on these channels by title, and whether anything was refused there."""
    here = [one for one in consents if one.channel in channels]
    granted = dict.fromkeys(one.purpose_title for one in here if one.status == "granted")
    return list(granted), any(one.status != "granted" for one in here)
