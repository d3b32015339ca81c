from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yingtai.audiences.api import AudienceNotFound, get_audience, list_offered
from yingtai.campaigns.addresses import checked_sender_address, checked_sender_name
from yingtai.campaigns.confirmations import ConfirmingView
from yingtai.campaigns.errors import LaunchTimeFar, LaunchTimePast
from yingtai.campaigns.queries import CampaignView
from yingtai.campaigns.senders import SenderView, list_senders, sent_from
from yingtai.compliance.api import list_purposes
from yingtai.content.api import TemplateNotFound, get_version, list_ready
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import words_of
from yingtai.kernel.scope import brand_node, brand_of
from yingtai.organization.api import Colleague, UnitView
from yingtai.ui.formats import moment_in_words, sentences, zone_in_words

LONGEST_AHEAD = timedelta(days=366)
KEPT = "kept"
"""A draft keeps the sender it was given before the brand had a list of them."""
GOALS = [
    ("Order Completed", _("completed an order")),
    ("Test Drive Booked", _("booked a test drive")),
    ("Lead Submitted", _("became a lead")),
]


class CampaignForm(forms.Form):
    """Who, what, when: a draft may be saved half-finished.

    needed_later  a draft may be saved without them; a launch may not, so nobody is told that they are optional
    """

    needed_later = frozenset({"audience_id", "version_id", "sender_id", "from_name", "from_address"})
    name = forms.CharField(max_length=120, label=_("Name"))
    audience_id = forms.TypedChoiceField(
        label=_("Audience"), required=False, coerce=UUID, empty_value=None,
        help_text=_("Who belongs is checked again when the mail is sent."),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=_("Purpose"), help_text=_("Only people who agreed to this purpose get the mail.")
    )
    version_id = forms.TypedChoiceField(
        label=_("Template"), required=False, coerce=UUID, empty_value=None,
        help_text=_("The latest published version of each template."),
    )  # fmt: skip
    sender_id = forms.ChoiceField(label=_("Sender"), required=False)
    from_name = forms.CharField(
        max_length=80, label=_("From, name"), required=False,
        help_text=_("The first sender of the brand: it is kept, and offered to the next campaign."),
    )  # fmt: skip
    from_address = forms.EmailField(label=_("From, address"), required=False)
    hold_out_percent = forms.DecimalField(
        min_value=0, max_value=50, decimal_places=2, label=_("Hold-out"),
        help_text=_("Chosen at random, they get no mail; comparing with them shows what the mail changed."),
    )  # fmt: skip
    goal_event = forms.ChoiceField(choices=GOALS, label=_("Counts as success when a person"))
    goal_days = forms.IntegerField(min_value=1, max_value=90, label=_("Within"))
    scheduled_at = forms.DateTimeField(
        label=_("Send at"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    per_minute = forms.IntegerField(
        min_value=1, max_value=100_000, label=_("At most"), required=False,
        help_text=_("Empty: as fast as the mail server takes them."),
    )  # fmt: skip

    def __init__(self, *arguments: Any, acting: Acting, campaign: CampaignView, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._now = acting.at
        self.fields["scheduled_at"].help_text = (
            _("Empty: as soon as it is confirmed. Time zone: %s") % zone_in_words()
        )
        nothing = [("", "—")]
        near = {0, brand_of(campaign.node_no)}
        offered = [(str(id), name) for id, node_no, name in list_offered(acting) if brand_of(node_no) in near]
        if campaign.audience_id and str(campaign.audience_id) not in dict(offered):
            offered.append((str(campaign.audience_id), _audience_before(acting, campaign.audience_id)))
        self._choose("audience_id", nothing + offered)
        ready = [one for one in list_ready(acting) if one.node_no == campaign.node_no]
        titles = [(str(one.id), f"{one.template_name} · {one.version}") for one in ready]
        if campaign.version_id and str(campaign.version_id) not in dict(titles):
            titles.append((str(campaign.version_id), _version_before(acting, campaign.version_id)))
        self._choose("version_id", nothing + titles)
        self._offer_senders(acting, campaign)
        purposes = [
            one for one in list_purposes(acting, is_archived=False) if one.node_no == campaign.node_no
        ]
        usable = [(one.code, one.title) for one in purposes if campaign.channel in one.channels]
        self._choose("purpose", usable or [(campaign.purpose, campaign.purpose)])
        if campaign.goal_event not in dict(GOALS):
            self._choose("goal_event", [*GOALS, (campaign.goal_event, campaign.goal_event)])

    def _offer_senders(self, acting: Acting, campaign: CampaignView) -> None:
        """Let one be chosen; while the brand has none, let the first be typed."""
        self._senders = {
            str(one.id): one for one in list_senders(acting, node_no=brand_node(campaign.node_no))
        }
        if not self._senders:
            del self.fields["sender_id"]
            return
        del self.fields["from_name"], self.fields["from_address"]
        offered = [(key, one.title) for key, one in self._senders.items()]
        own = next((key for key, one in self._senders.items() if one.is_of(campaign)), "")
        if not own:
            own = KEPT if campaign.from_address else ""
            offered.insert(0, (own, f"{campaign.from_name} <{campaign.from_address}>" if own else "—"))
        self._choose("sender_id", offered)
        self.initial["sender_id"] = own

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = choices
        # A brand may have hundreds: the list is searched by typing.
        field.widget.attrs["data-picker"] = _("Choices")

    def clean_scheduled_at(self) -> datetime | None:
        """Refuse a time that has passed, or lies further away than anybody plans."""
        at: datetime | None = self.cleaned_data["scheduled_at"]
        if at is None:
            return None
        # The year 9999 has no time in every zone: its words are made only where they can be.
        if at > self._now + LONGEST_AHEAD:
            raise forms.ValidationError(sentences(*words_of(LaunchTimeFar(at=f"{at.year}"))))
        if at <= self._now:
            raise forms.ValidationError(sentences(*words_of(LaunchTimePast(at=moment_in_words(at)))))
        return at

    def clean_from_name(self) -> str:
        return _kept(checked_sender_name, self.cleaned_data["from_name"])

    def clean_from_address(self) -> str:
        return _kept(checked_sender_address, self.cleaned_data["from_address"])

    def values(self) -> dict[str, Any]:
        """Return what the draft keeps; the share in hundredths of a percent."""
        given = dict(self.cleaned_data)
        given["hold_out_share"] = int(given.pop("hold_out_percent") * 100)
        chosen = self._senders.get(given.pop("sender_id", ""))
        return given | (sent_from(chosen) if chosen else {})

    def as_chosen(self, campaign: CampaignView) -> CampaignView:
        """Return the draft as it would be with what is chosen and can be read so far; nothing is kept."""
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if hasattr(campaign, name)}
        chosen = self._senders.get(self.cleaned_data.get("sender_id", ""))
        shown = replace(campaign, **given | (sent_from(chosen) if chosen else {}))
        is_for_others = (shown.audience_id, shown.purpose) != (campaign.audience_id, campaign.purpose)
        return replace(shown, forecast=None) if is_for_others else shown

    @property
    def has_senders(self) -> bool:
        """Whether the brand has senders to choose from."""
        return bool(self._senders)


def _audience_before(acting: Acting, audience_id: UUID) -> str:
    """Name an audience that is offered no more, so that a draft does not hide whom it is for."""
    try:
        return gettext("{name} (archived)").format(name=get_audience(acting, audience_id).name)
    except AudienceNotFound:
        return gettext("the audience chosen before")


def _version_before(acting: Acting, version_id: UUID) -> str:
    try:
        found = get_version(acting, version_id)
    except TemplateNotFound:
        return gettext("an earlier version")
    return gettext("{name} · {number} (an earlier version, or archived)").format(
        name=found.template_name, number=found.version
    )


class SenderForm(forms.Form):
    """Whom mails come from."""

    brand = forms.TypedChoiceField(label=_("Brand"), coerce=int)
    name = forms.CharField(max_length=80, label=_("Name"))
    address = forms.EmailField(
        label=_("Address"), help_text=_("Your mail server must be allowed to send for its domain.")
    )
    reply_to = forms.EmailField(
        label=_("Replies go to"), required=False, help_text=_("Empty: to the address itself.")
    )

    def __init__(self, *arguments: Any, brands: Sequence[UnitView], **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = cast(forms.TypedChoiceField, self.fields["brand"])
        field.choices = [(one.node_no, one.title) for one in brands]
        if len(brands) == 1:
            field.initial, field.widget = brands[0].node_no, forms.HiddenInput()

    def clean_name(self) -> str:
        return _kept(checked_sender_name, self.cleaned_data["name"])

    def clean_address(self) -> str:
        return _kept(checked_sender_address, self.cleaned_data["address"])

    def clean_reply_to(self) -> str:
        return _kept(checked_sender_address, self.cleaned_data["reply_to"])


class ConfirmingForm(forms.Form):
    """Whether addresses that pages give are asked by mail, and whom these mails come from."""

    is_on = forms.BooleanField(label=_("Ask addresses that pages give to confirm them"), required=False)
    sender_id = forms.TypedChoiceField(label=_("Sender"), coerce=UUID)
    most_an_hour = forms.IntegerField(
        label=_("At most this many within an hour"), min_value=1, max_value=10_000, initial=100,
        help_text=_("So that nobody uses your page to write to strangers; what is more waits for the next hour."),
    )  # fmt: skip

    def __init__(
        self, *arguments: Any, held: ConfirmingView | None, senders: Sequence[SenderView], **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        # One that was archived since stays in use until another is chosen.
        offered = {one.id: one.title for one in ([held.sender] if held else []) + list(senders)}
        field = cast(forms.TypedChoiceField, self.fields["sender_id"])
        field.choices = [(str(key), title) for key, title in offered.items()]
        if held:
            self.initial = {
                "is_on": held.is_on, "sender_id": str(held.sender.id), "most_an_hour": held.most_an_hour,
            }  # fmt: skip


class ProofForm(forms.Form):
    """Who gets a test mail, and for whom it is filled in."""

    to = forms.TypedMultipleChoiceField(
        label=_("Test mail to"), coerce=UUID, widget=forms.CheckboxSelectMultiple,
        help_text=_("It goes to the addresses they sign in with, ten people at most."),
    )  # fmt: skip
    person = forms.CharField(
        label=_("Filled in for"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("A phone, e-mail, member number or profile id; empty for an invented person."),
    )  # fmt: skip

    def __init__(
        self, *arguments: Any, colleagues: Sequence[Colleague], senders: Sequence[SenderView] | None = None,
        **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(*arguments, **options)
        if senders is not None:
            offered = [(str(one.id), one.title) for one in senders]
            self.fields["sender_id"] = forms.TypedChoiceField(label=_("Sender"), coerce=UUID, choices=offered)
            self.order_fields(["sender_id", "to", "person"])
        field = cast(forms.TypedMultipleChoiceField, self.fields["to"])
        field.choices = [(str(one.id), one.name or one.email) for one in colleagues]
        field.initial = [str(one.id) for one in colleagues[:1]]


def _kept(check: Callable[[str], str], given: str) -> str:
    try:
        return check(given)
    except ProductError as problem:
        raise forms.ValidationError(sentences(*words_of(problem))) from problem


def initial_of(campaign: CampaignView) -> dict[str, Any]:
    """Return a draft as the form shows it."""
    shown = {name: getattr(campaign, name) for name in CampaignForm.base_fields if hasattr(campaign, name)}
    return shown | {"hold_out_percent": campaign.hold_out_share / 100}
