"""Asking an address by mail whether it is right: how a brand chose it, the words, and what a link leads to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from yingtai.campaigns.errors import ConfirmationIsOver
from yingtai.campaigns.letterheads import letterhead_from, tokens
from yingtai.campaigns.mail import Mail, as_confirmation
from yingtai.campaigns.models import Confirmation, Confirming
from yingtai.campaigns.senders import SenderView, view_sender
from yingtai.campaigns.tokens import CONFIRM, Link
from yingtai.compliance.api import PurposeView, list_purposes
from yingtai.content.api import Rendered, edge_of, ink_on, look_of
from yingtai.customers.api import masked_addresses, masked_contacts
from yingtai.kernel.acting import Acting
from yingtai.kernel.env import env
from yingtai.kernel.protecting import is_protected
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.spacing import closed_up
from yingtai.organization.api import UnitView, get_unit_at

LINK_KEPT = timedelta(days=7)
MOST_MAILS = 3
MAILS_APART = timedelta(hours=24)
CROWD = 100
"""So many waiting addresses from one network are no people who stand in one shop."""
MAILS_PER_NUMBER = 4
"""A Message-ID for each mail to an address: it is made of the confirmation's number and which mail it is."""


@dataclass(frozen=True)
class ConfirmingView:
    """How a brand lets people confirm addresses; `sender` is whom these mails come from."""

    node_no: int
    sender: SenderView
    is_on: bool
    most_an_hour: int
    changed_at: datetime


@dataclass(frozen=True)
class AskedView:
    """What the page behind a link shows; `address` is masked."""

    address: str
    purposes: tuple[str, ...]
    is_confirmed: bool
    is_declined: bool


@dataclass(frozen=True)
class HowMany:
    """Addresses of a brand: asked and silent so far, confirmed, not theirs who have it, and waiting for their mail.

    crowd  how many of these one network gave, when that is a flood; else 0
    """

    asked: int
    confirmed: int
    declined: int
    waiting: int
    crowd: int


def confirming_of(acting: Acting, node_no: int) -> ConfirmingView | None:
    """Return how a brand lets people confirm addresses; None when it never chose."""
    with acting_transaction(acting):
        one = Confirming.objects.select_related("sender").filter(node_no=node_no).first()
    return view_confirming(one) if one else None


def view_confirming(one: Confirming) -> ConfirmingView:
    return ConfirmingView(one.node_no, view_sender(one.sender), one.is_on, one.most_an_hour, one.changed_at)


def how_many(acting: Acting, node_no: int) -> HowMany | None:
    """Count the addresses of a brand by what became of them; None for who may not see people.

    Even a rough number would tell that an address that one just gave belongs to somebody already.
    """
    if is_protected(acting):
        return None
    state = Confirmation.State
    with acting_transaction(acting):
        mine = Confirmation.objects.filter(node_no=node_no)
        return HowMany(
            mine.filter(state=state.SENT).count(),
            mine.filter(state=state.CONFIRMED).count(),
            mine.filter(state=state.DECLINED).count(),
            mine.filter(state__in=[state.OWED, state.ATTEMPTING]).count(),
            crowds_of(acting).get(node_no, 0),
        )


def crowds_of(acting: Acting) -> dict[int, int]:
    """Return by brand how many addresses wait that one network gave, where they are a crowd."""
    with acting_transaction(acting):
        owed = Confirmation.objects.filter(state=Confirmation.State.OWED)
        by_network = owed.exclude(network="").values_list("node_no", "network").annotate(count=Count("*"))
        crowds: dict[int, int] = {}
        for node_no, _network, count in by_network.filter(count__gte=CROWD):
            crowds[node_no] = max(count, crowds.get(node_no, 0))
        return crowds


def asked_of(acting: Acting, profile_nos: Sequence[int]) -> list[dict[str, Any]]:
    """Return what the addresses of these people were asked, oldest first: the person's own copy."""
    with acting_transaction(acting):
        rows = Confirmation.objects.filter(profile_no__in=profile_nos).order_by("confirmation_no")
        return [
            {
                "asked_to_confirm": one.purposes, "state": one.state, "mails": one.mails, "sent_at": one.promised_at,
                "confirmed_at": one.confirmed_at, "declined_at": one.declined_at,
            }
            for one in rows
        ]  # fmt: skip


@dataclass(frozen=True)
class AskedAddress:
    """What an address of a person was asked; `address` is masked. `sent_at` is None while the mail waits."""

    address: str
    sent_at: datetime | None
    confirmed_at: datetime | None
    declined_at: datetime | None


def asked_addresses(acting: Acting, profile_no: int) -> list[AskedAddress]:
    """Return which addresses of a person were asked to be confirmed, the latest first."""
    with acting_transaction(acting):
        masked = masked_contacts(acting, profile_no)
        rows = Confirmation.objects.filter(alias_no__in=masked).order_by("-confirmation_no")
        return [
            AskedAddress(masked[one.alias_no], one.promised_at, one.confirmed_at, one.declined_at)
            for one in rows
        ]


def offered_purposes(acting: Acting, node_no: int) -> dict[str, PurposeView]:
    """Return by code the purposes that a yes by e-mail can be given to."""
    return {
        one.code: one
        for one in list_purposes(acting, is_archived=False)
        if one.node_no == node_no and one.basis == "consent" and "email" in one.channels
    }


def asked_behind(acting: Acting, confirmation_no: int, *, mail_no: int = 0) -> AskedView:
    """Return what somebody is asked who opened the link of a mail.

    Raises: ConfirmationIsOver
    """
    with acting_transaction(acting):
        one = Confirmation.objects.filter(confirmation_no=confirmation_no).first()
        if one is None or not (one.confirmed_at or is_open(one, acting.at)):
            raise ConfirmationIsOver
        offered = offered_purposes(acting, one.node_no)
        address = masked_addresses(acting, [one.alias_no]).get(one.alias_no, "")
    named = one.purposes if one.confirmed_at else said_in(one, mail_no)
    titles = tuple(offered[code].title for code in named if code in offered)
    return AskedView(address, titles, one.confirmed_at is not None, one.declined_at is not None)


def said_in(one: Confirmation, mail_no: int) -> dict[str, int | None]:
    """Return the purposes that a mail named, with the versions of their notices; 0 for a link that tells of no mail."""
    said: dict[str, int | None] = one.notices if mail_no == 0 else one.said.get(str(mail_no), {})
    return said


def is_open(one: Confirmation, at: datetime) -> bool:
    """Whether the link of a mail can still be used."""
    return one.promised_at is not None and at - one.promised_at <= LINK_KEPT


def mail_of(
    acting: Acting, one: Confirmation, sender: SenderView, address: str, offered: Mapping[str, PurposeView]
) -> Mail:
    """Return the mail that asks an address; nothing in it was written by whoever gave the address.

    Raises: NotAnAddress
    """
    link = f"{env().web_url}/y/{tokens().make(CONFIRM, Link(one.confirmation_no, one.node_no, one.mails))}"
    purposes = [offered[code] for code in one.purposes if code in offered]
    letterhead = letterhead_from(sender, campaign_name="")
    color, language = look_of(acting, one.node_no).color, get_unit_at(one.node_no).language
    words = words_of_mail(letterhead.brand_name, purposes, link, language=language, color=color)
    number = one.confirmation_no * MAILS_PER_NUMBER + one.mails
    return as_confirmation(words, letterhead, number=number, recipient=address, at=acting.at)


def words_of_mail(
    brand: str, purposes: Sequence[PurposeView], link: str, *, language: str, color: str
) -> Rendered:
    """Return subject, text and HTML in a language, the HTML in the brand's color."""
    with translation.override(language):
        titles = [one.title for one in purposes]
        shown: dict[str, Any] = {
            "language": language,
            "brand_name": brand,
            "purposes": titles,
            "link": link,
            "lead": closed_up(_("Somebody gave this address at {brand}, to get:"), {"brand": brand}).format(
                brand=brand
            ),
            "act": _("Was it you? Open this page and press its button:"),
            "button": _("Go to the page that confirms"),
            "otherwise": _(
                "If it was not you, do nothing: no marketing mail follows from this unless you confirm. Should somebody"
                " give this address again, we may ask again, {most} times in all at most; the page also has a button"
                " with which you are not asked again. The link is valid for {days} days."
            ).format(days=LINK_KEPT.days, most=MOST_MAILS),
            **colors_of(color),
        }
        text = "\n".join(
            [
                shown["lead"],
                "",
                *(f"- {one}" for one in titles),
                "",
                shown["act"],
                link,
                "",
                shown["otherwise"],
                "",
            ]
        )
        subject = _("Please confirm your address: {brand}").format(brand=brand)
        return Rendered(
            subject=subject, text=text, html=render_to_string("campaigns/confirm_mail.html", shown)
        )


def colors_of(color: str) -> dict[str, str]:
    """Return the colors of a button in a brand's color: of its ground, its writing and its edge."""
    return {"color": color, "ink": ink_on(color), "edge": edge_of(color)}


def shown_words(acting: Acting, brand: UnitView) -> list[tuple[str, str, Rendered]]:
    """Return the mail in each language it may have, that of the brand first: title, language, words."""
    purposes = list(offered_purposes(acting, brand.node_no or 0).values())
    color = look_of(acting, brand.node_no or 0).color
    titles = {"zh-hans": _("The mail in Chinese"), "en": _("The mail in English")}
    order = sorted(titles, key=lambda one: one != brand.language)
    return [
        (
            _("{title}: what your customers get").format(title=titles[one])
            if one == brand.language
            else titles[one],
            one,
            words_of_mail(brand.own_title, purposes, f"{env().web_url}/y/…", language=one, color=color),
        )
        for one in order
    ]
