from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from yingtai.audiences.api import list_offered
from yingtai.campaigns.addresses import checked_sender_address, checked_sender_name
from yingtai.campaigns.errors import LaunchTimeFar, LaunchTimePast
from yingtai.campaigns.queries import CampaignView
from yingtai.compliance.api import list_purposes
from yingtai.content.api import list_ready
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError
from yingtai.kernel.http import words_of
from yingtai.kernel.scope import brand_of
from yingtai.organization.api import Colleague
from yingtai.ui.formats import zone_in_words

LONGEST_AHEAD = timedelta(days=366)
GOALS = [
    ("Order Completed", _("completed an order")),
    ("Test Drive Booked", _("booked a test drive")),
    ("Lead Submitted", _("became a lead")),
]


class CampaignForm(forms.Form):
    """Who, what, when: a draft may be saved half-finished."""

    name = forms.CharField(max_length=120, label=_("Name"))
    audience_id = forms.TypedChoiceField(
        label=_("Audience"), required=False, coerce=UUID, empty_value=None,
        help_text=_("Who belongs is asked again at the moment of sending."),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=_("Purpose"), help_text=_("Only people who agreed to this purpose get the mail.")
    )
    version_id = forms.TypedChoiceField(
        label=_("Template"), required=False, coerce=UUID, empty_value=None,
        help_text=_("The latest published version of each template."),
    )  # fmt: skip
    from_name = forms.CharField(max_length=80, label=_("From, name"), required=False)
    from_address = forms.EmailField(label=_("From, address"), required=False)
    hold_out_percent = forms.DecimalField(
        min_value=0, max_value=50, decimal_places=2, label=_("Hold-out"),
        help_text=_("Chosen by chance, they get nothing; only so one sees what the mail changed."),
    )  # fmt: skip
    goal_event = forms.ChoiceField(choices=GOALS, label=_("It worked when a person"))
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
        self.fields["scheduled_at"].help_text = _(
            "Empty: as soon as it is confirmed. Time zone: %s"
        ) % zone_in_words(acting.at)
        nothing = [("", "—")]
        near = {0, brand_of(campaign.node_no)}
        offered = [(str(id), name) for id, node_no, name in list_offered(acting) if brand_of(node_no) in near]
        if campaign.audience_id and str(campaign.audience_id) not in dict(offered):
            offered.append((str(campaign.audience_id), str(_("the audience chosen before"))))
        self._choose("audience_id", nothing + offered)
        ready = [one for one in list_ready(acting) if one.node_no == campaign.node_no]
        titles = [(str(one.id), f"{one.template_name} · {one.version}") for one in ready]
        if campaign.version_id and str(campaign.version_id) not in dict(titles):
            titles.append((str(campaign.version_id), str(_("an earlier version"))))
        self._choose("version_id", nothing + titles)
        purposes = [one for one in list_purposes(acting) if one.node_no == campaign.node_no]
        usable = [(one.code, one.title) for one in purposes if campaign.channel in one.channels]
        self._choose("purpose", usable or [(campaign.purpose, campaign.purpose)])
        if campaign.goal_event not in dict(GOALS):
            self._choose("goal_event", [*GOALS, (campaign.goal_event, campaign.goal_event)])

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
            raise forms.ValidationError(" ".join(words_of(LaunchTimeFar(at=f"{at.year}"))))
        if at <= self._now:
            raise forms.ValidationError(" ".join(words_of(LaunchTimePast(at=f"{at:%Y-%m-%d %H:%M}"))))
        return at

    def clean_from_name(self) -> str:
        return _kept(checked_sender_name, self.cleaned_data["from_name"])

    def clean_from_address(self) -> str:
        return _kept(checked_sender_address, self.cleaned_data["from_address"])

    def values(self) -> dict[str, Any]:
        """Return what the draft keeps; the share in hundredths of a percent."""
        given = dict(self.cleaned_data)
        given["hold_out_share"] = int(given.pop("hold_out_percent") * 100)
        return given


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

    def __init__(self, *arguments: Any, colleagues: Sequence[Colleague], **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = cast(forms.TypedMultipleChoiceField, self.fields["to"])
        field.choices = [(str(one.id), one.name or one.email) for one in colleagues]
        field.initial = [str(one.id) for one in colleagues[:1]]


def _kept(check: Callable[[str], str], given: str) -> str:
    try:
        return check(given)
    except ProductError as problem:
        raise forms.ValidationError(" ".join(words_of(problem))) from problem


def initial_of(campaign: CampaignView) -> dict[str, Any]:
    """Return a draft as the form shows it."""
    shown = {name: getattr(campaign, name) for name in CampaignForm.base_fields if hasattr(campaign, name)}
    return shown | {"hold_out_percent": campaign.hold_out_share / 100}
