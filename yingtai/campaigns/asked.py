"""What a second person agrees to when they approve a launch, in their words."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from yingtai.audiences.api import AudienceNotFound, get_audience, said_in_words
from yingtai.campaigns.agreement import digest_of
from yingtai.campaigns.errors import CampaignNotFound
from yingtai.campaigns.queries import CampaignView, get_campaign
from yingtai.compliance.api import PurposeNotFound, get_purpose
from yingtai.content.api import TemplateNotFound, get_version
from yingtai.kernel.acting import Acting
from yingtai.organization.api import Linked
from yingtai.ui.formats import moment_in_words, number, percent

Facts = list[tuple[Any, Any]]


def facts_of_launch(acting: Acting, asked: dict[str, Any]) -> Facts:
    """Return number, campaign, audience, template, sender, purpose and time; that it differs now, when it does."""
    # What an earlier release asked for says less.
    people: Facts = [(_("People"), number(asked["people"]))] if "people" in asked else []
    try:
        found = get_campaign(acting, UUID(asked.get("campaign_id", "")))
    except (CampaignNotFound, ValueError):
        return people
    if digest_of(acting, found) != asked.get("contents"):
        changed = _("It was changed after it was asked for, so it cannot be approved: decline it.")
        people = [(_("Changed"), changed), *people]
    when = moment_in_words(found.scheduled_at) if found.scheduled_at else _("as soon as it is approved")
    return [
        *people, (_("Campaign"), Linked(found.name, reverse("campaigns:campaign", args=[found.id]))),
        *_audience(acting, found), *_template(acting, found), (_("Sender"), _sender(found)),
        (_("Purpose"), _purpose(acting, found)), (_("Held out"), percent(found.hold_out_ratio)), (_("Goes out"), when),
    ]  # fmt: skip


def _audience(acting: Acting, found: CampaignView) -> Facts:
    if found.audience_id is None:
        return []
    try:
        audience = get_audience(acting, found.audience_id, or_archived=True)
    except AudienceNotFound:
        return []
    lines = (f"{'　' * line.depth}{line.text}" for line in said_in_words(acting, audience))
    link = Linked(audience.name, reverse("audiences:audience", args=[audience.id]))
    return [(_("Audience"), link), (_("Who is in it"), "\n".join(lines))]


def _template(acting: Acting, found: CampaignView) -> Facts:
    if found.version_id is None:
        return []
    try:
        version = get_version(acting, found.version_id)
    except TemplateNotFound:
        return []
    name = _("%(name)s, version %(version)s") % {"name": version.template_name, "version": version.version}
    return [
        (_("Template"), Linked(name, reverse("content:version", args=[version.id]))),
        (_("Subject"), version.subject),
    ]


def _sender(found: CampaignView) -> str:
    sender = f"{found.from_name} <{found.from_address}>"
    if not found.reply_to:
        return sender
    return _("%(sender)s, replies go to %(address)s") % {"sender": sender, "address": found.reply_to}


def _purpose(acting: Acting, found: CampaignView) -> str:
    try:
        return str(get_purpose(acting, code=found.purpose, node_no=found.node_no).title)
    except PurposeNotFound:
        return found.purpose
