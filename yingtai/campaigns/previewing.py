"""A mail before it is sent, as it will arrive: made by what makes it for sending, from the same letterhead."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yingtai.campaigns.addresses import NotAnAddress
from yingtai.campaigns.errors import TemplateIsMissing
from yingtai.campaigns.letterheads import letterhead_from, letterhead_of
from yingtai.campaigns.mail import Letterhead
from yingtai.campaigns.queries import CampaignView
from yingtai.campaigns.senders import SenderView
from yingtai.collect.api import websites_of
from yingtai.content.api import (
    NOWHERE,
    CompiledTemplate,
    Person,
    Rendered,
    TemplateView,
    compiled,
    get_version,
    invented_mail,
    may_see_clear,
    mentioned,
    try_out,
    values_of,
)
from yingtai.customers.api import note_shown
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError


@dataclass(frozen=True)
class Preview:
    """A mail for one person, or an invented one; `is_masked`: private values of theirs are covered."""

    letterhead: Letterhead
    rendered: Rendered
    is_masked: bool

    @property
    def sender(self) -> str:
        """Name and address as a mail program shows them; the name alone while there is no address."""
        return shown_sender(self.letterhead)


def preview_of(
    acting: Acting, campaign: CampaignView, *, person: Person | None = None, is_clear: bool | None = None,
    links: Mapping[str, str] | None = None,
) -> Preview:  # fmt: skip
    """Return the mail of a campaign for a person, or for an invented one.

    In:     is_clear  False masks private values whoever asks; clear ones are recorded as shown
            links     where the person's own links lead; nowhere when none are given
    Raises: TemplateIsMissing, TemplateNotFound, FieldMissing, RenderingStopped, AddressRefused, TooManyReveals
    """
    if campaign.version_id is None:
        raise TemplateIsMissing(field="version_id")
    template = compiled(acting, campaign.version_id)
    is_clear = may_see_clear(acting) and is_clear is not False
    letterhead = letterhead_of(campaign)
    values = {
        "person": _values(acting, campaign, template, person, is_clear),
        "brand": {"name": letterhead.brand_name},
        "campaign": {"name": letterhead.campaign_name},
        **(links or NOWHERE),
    }
    return Preview(letterhead, template.render(values), is_masked=person is not None and not is_clear)


def preview_of_draft(
    acting: Acting, template: TemplateView, sender: SenderView, *, person: Person | None = None,
    is_clear: bool | None = None, links: Mapping[str, str] | None = None,
) -> Preview:  # fmt: skip
    """Return the mail of a template's draft as it would come from a sender; tried out within bounds.

    Raises: what is wrong with the draft; TooManyReveals
    """
    subject, html = template.draft_subject, template.draft_html
    is_clear = may_see_clear(acting) and is_clear is not False
    letterhead = letterhead_from(sender, campaign_name=_("preview"))
    websites = websites_of(acting, template.node_no)
    invented = invented_mail(subject, html, websites)["person"]
    values = {
        "person": _real(acting, person, mentioned(subject, html), is_clear) if person else invented,
        "brand": {"name": letterhead.brand_name},
        "campaign": {"name": letterhead.campaign_name},
        **(links or NOWHERE),
    }
    tried = try_out(subject, html, values, websites)
    if tried.rendered is None:
        raise tried.problem or TemplateIsMissing
    return Preview(letterhead, tried.rendered, is_masked=person is not None and not is_clear)


def shown_mail(acting: Acting, campaign: CampaignView) -> Preview | ProductError | None:
    """Return the mail for an invented person, what is wrong with it, or None while no template is chosen."""
    try:
        return preview_of(acting, campaign) if campaign.version_id else None
    except ProductError as problem:
        return problem


def shown_sender(letterhead: Letterhead) -> str:
    """Return name and address as a mail program shows them; the name alone while no mail can come from the address."""
    try:
        return f"{letterhead.from_name} <{letterhead.sender}>"
    except NotAnAddress:
        return letterhead.from_name


def _values(
    acting: Acting, campaign: CampaignView, template: CompiledTemplate, person: Person | None, is_clear: bool
) -> Mapping[str, object]:
    if person is None and campaign.version_id is not None:
        version = get_version(acting, campaign.version_id)
        invented: Mapping[str, object] = invented_mail(version.subject, version.html, template.websites)[
            "person"
        ]
        return invented
    return _real(acting, person, template.person_fields, is_clear) if person else {}


def _real(acting: Acting, person: Person, names: Collection[str], is_clear: bool) -> Mapping[str, object]:
    """Return the values of somebody who exists; clear ones are recorded as shown."""
    if is_clear and names:
        note_shown(acting, [person.profile_no], f"preview: {', '.join(sorted(names))}")
    found = values_of(acting, [person.profile_no], names, is_clear=is_clear)
    return found.get(person.profile_no, {})
