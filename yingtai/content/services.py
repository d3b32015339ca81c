from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from yingtai.collect.api import websites_of
from yingtai.content import limits
from yingtai.content.checking import invented_mail
from yingtai.content.errors import (
    DraftChanged,
    OfferInService,
    TemplateNotFound,
    TemplateTooLarge,
    TemplateWasUsed,
)
from yingtai.content.models import Basis, Template, TemplateVersion
from yingtai.content.offers import offer_in
from yingtai.content.queries import TemplateView, VersionView, get_template, get_version
from yingtai.content.starting import STARTING_HTML, STARTING_SUBJECT
from yingtai.content.trial import try_out
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.copies import free_name
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import record_deed, require_unchanged

for code, words in {
    "template.published": _("published a version of a template"),
    "template.archived": _("archived a template"),
    "template.restored": _("restored a template"),
    "template.deleted": _("deleted a template that was never published"),
}.items():
    deed_words.register(code, words)


def create_template(
    acting: Acting, *, node_no: int, name: str, subject: str = STARTING_SUBJECT, html: str = STARTING_HTML,
    basis: str = Basis.CONSENT,
) -> TemplateView:  # fmt: skip
    """Start a template with a draft that renders for everybody.

    Raises: TemplateTooLarge
    """
    subject, html = _bounded(subject, html)
    with acting_transaction(acting):
        name = _free_name(node_no, name)
        template = Template.objects.create(
            node_no=node_no, name=name, basis=basis, draft_subject=subject, draft_html=html, created_at=acting.at,
            changed_at=acting.at, changed_by=acting.actor,
        )  # fmt: skip
        return get_template(acting, template.id)


def change_draft(
    acting: Acting, template_id: UUID, *, name: str, subject: str, html: str, basis: str = "",
    seen: datetime | None = None, opened: UUID | None = None,
) -> TemplateView:  # fmt: skip
    """Keep what is being typed, even when it cannot be read yet; versions are not touched.

    In: seen    the `changed_at` that whoever types looked at; None for who did not look
        opened  which opened form it is typed in: what that form kept itself, on its way still, came not between

    Raises: TemplateNotFound, TemplateTooLarge, ChangedMeanwhile
    """
    with acting_transaction(acting):
        template = _locked(template_id)
        is_own = opened is not None and template.changed_in == opened
        require_unchanged(
            acting, seen, changed_at=template.changed_at, changed_by=template.changed_by, is_own=is_own
        )
        if name != template.name:
            template.name = _free_name(template.node_no, name)
        template.draft_subject, template.draft_html = _bounded(subject, html)
        template.basis = basis or template.basis
        template.changed_at, template.changed_by, template.changed_in = acting.at, acting.actor, opened
        template.save()
        return get_template(acting, template_id)


def make_version(acting: Acting, template_id: UUID) -> VersionView:
    """Make the draft a version that never changes; a draft equal to the latest version makes none.

    The draft is tried out first with an invented person who has every value it asks for.

    Raises: TemplateNotFound, TemplateNotUnderstood, TemplateTooLarge, TemplateTooHeavy, RenderingStopped,
            AddressRefused, PersonInLink, OfferInService
    """
    draft = get_template(acting, template_id)
    _survive(draft.draft_subject, draft.draft_html, websites_of(acting, draft.node_no))
    if draft.basis != Basis.CONSENT and (offer := offer_in(draft.draft_subject, draft.draft_html)):
        raise OfferInService(what=offer)
    with acting_transaction(acting):
        template = _locked(template_id)
        said = (template.draft_subject, template.draft_html, template.basis)
        if said != (draft.draft_subject, draft.draft_html, draft.basis):
            raise DraftChanged
        latest = template.versions.order_by("-version").first()
        if latest is not None and (latest.subject, latest.html, latest.basis) == said:
            return get_version(acting, latest.id)
        template.latest_version += 1
        template.save(update_fields=["latest_version"])
        version = TemplateVersion.objects.create(
            node_no=template.node_no, template=template, version=template.latest_version,
            basis=template.basis, subject=template.draft_subject, html=template.draft_html,
            made_at=acting.at, made_by=acting.actor,
        )  # fmt: skip
        _note(acting, "template.published", template, version=version.version)
        return get_version(acting, version.id)


def archive_template(acting: Acting, template_id: UUID) -> None:
    """Take a template out of the lists; campaigns that use a version keep it. Repeating it changes nothing.

    Raises: TemplateNotFound
    """
    with acting_transaction(acting):
        template = Template.objects.select_for_update().filter(id=template_id).first()
        if template is None:
            raise TemplateNotFound
        if template.archived_at is None:
            template.archived_at = acting.at
            template.save(update_fields=["archived_at"])
            _note(acting, "template.archived", template)


def delete_template(acting: Acting, template_id: UUID) -> None:
    """Delete a template of which no version was published, for good; that it was is in the audit log.

    Raises: TemplateNotFound, TemplateWasUsed
    """
    with acting_transaction(acting):
        template = Template.objects.select_for_update().filter(id=template_id).first()
        if template is None:
            raise TemplateNotFound
        if template.latest_version:
            raise TemplateWasUsed(name=template.name)
        _note(acting, "template.deleted", template)
        template.delete()


def restore_template(acting: Acting, template_id: UUID) -> None:
    """Take an archived template back into the lists, numbered when its name was taken meanwhile.

    Raises: TemplateNotFound
    """
    with acting_transaction(acting):
        template = Template.objects.select_for_update().filter(id=template_id).first()
        if template is None:
            raise TemplateNotFound
        if template.archived_at is not None:
            template.name, template.archived_at = _free_name(template.node_no, template.name), None
            template.save(update_fields=["name", "archived_at"])
            _note(acting, "template.restored", template)


def copy_template(acting: Acting, template_id: UUID, *, name: str) -> TemplateView:
    """Start a template with the draft of another one, under a name that none of the brand has.

    Raises: TemplateNotFound
    """
    with acting_transaction(acting):
        source = get_template(acting, template_id)
        return create_template(
            acting, node_no=source.node_no, name=name, subject=source.draft_subject, html=source.draft_html,
            basis=source.basis,
        )  # fmt: skip


@lru_cache(maxsize=256)
def _survive(subject: str, html: str, websites: frozenset[str]) -> None:
    """Try a draft out; one that survived need not do so again.

    Raises: what the trial found
    """
    problem = try_out(subject, html, invented_mail(subject, html, websites), websites).problem
    if problem is not None:
        raise problem


def _bounded(subject: str, html: str) -> tuple[str, str]:
    if len(html) > limits.HTML_LENGTH:
        raise TemplateTooLarge(part="HTML", what=f"{len(html):,} > {limits.HTML_LENGTH:,}")
    return subject[: limits.SUBJECT_LENGTH], html


def _note(acting: Acting, what: str, template: Template, **details: int) -> None:
    record_deed(acting, what, node_no=template.node_no, about=template.name, **details)


def _locked(template_id: UUID) -> Template:
    template = Template.objects.select_for_update().filter(id=template_id, archived_at=None).first()
    if template is None:
        raise TemplateNotFound
    return template


def _free_name(node_no: int, name: str) -> str:
    taken = Template.objects.filter(node_no=node_no, archived_at=None).values_list("name", flat=True)
    return free_name(name, set(taken), longest=limits.NAME_LENGTH)
