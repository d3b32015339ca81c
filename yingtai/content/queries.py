from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from yingtai.collect import api as collect
from yingtai.content.errors import TemplateNotFound
from yingtai.content.models import Basis, Template, TemplateVersion
from yingtai.content.rendering import CompiledTemplate, compile_template
from yingtai.kernel.acting import Acting
from yingtai.kernel.pages import Page, moment, number
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sorting import Order, sort_or, sorted_page

ORDERS = {
    "changed": Order("changed_at", moment),
    "name": Order("name"),
    "version": Order("latest_version", number),
}


@dataclass(frozen=True)
class TemplateView:
    """A template as pages and other modules see it."""

    id: UUID
    node_no: int
    name: str
    channel: str
    latest_version: int
    basis: str
    draft_subject: str
    draft_html: str
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class VersionView:
    """One version, word for word."""

    id: UUID
    node_no: int
    template_id: UUID
    template_name: str
    version: int
    basis: str
    subject: str
    html: str
    made_at: datetime
    made_by: str

    @property
    def is_service(self) -> bool:
        """It is sent for another reason than consent, so it holds no offer."""
        return self.basis != Basis.CONSENT


def list_templates(
    acting: Acting, *, search: str = "", after: str | None = None, sort: str = "", is_archived: bool = False
) -> Page[TemplateView]:
    """Return one page of templates that are in use, latest change first, or of those that are archived.

    In:   sort  a name of ORDERS, with `-` before it for the largest first
    Cost: 2 queries
    """
    with acting_transaction(acting):
        found = Template.objects.filter(archived_at__isnull=not is_archived).defer("draft_html")
        if search:
            found = found.filter(name__icontains=search)
        total = found.count()
        rows, cursor = sorted_page(
            found, ORDERS, sort=sort_or(sort, ORDERS, "-changed"), after=after, key="id", read_key=UUID
        )
        return Page([_view(template, with_html=False) for template in rows], cursor, total)


def get_template(acting: Acting, template_id: UUID) -> TemplateView:
    """Return one template with its draft.

    Raises: TemplateNotFound
    """
    with acting_transaction(acting):
        template = Template.objects.filter(id=template_id, archived_at=None).first()
    if template is None:
        raise TemplateNotFound
    return _view(template)


def named(acting: Acting, ids: Sequence[UUID]) -> list[str]:
    """Return the names of those templates that are there, in order."""
    with acting_transaction(acting):
        return list(Template.objects.filter(id__in=ids).order_by("name").values_list("name", flat=True))


def list_versions(acting: Acting, template_id: UUID) -> list[VersionView]:
    """Return the versions of a template, newest first."""
    with acting_transaction(acting):
        found = TemplateVersion.objects.filter(template_id=template_id).select_related("template")
        return [_view_version(version) for version in found.order_by("-version")[:50]]


def get_version(acting: Acting, version_id: UUID) -> VersionView:
    """Return one version.

    Raises: TemplateNotFound
    """
    with acting_transaction(acting):
        version = TemplateVersion.objects.filter(id=version_id).select_related("template").first()
    if version is None:
        raise TemplateNotFound
    return _view_version(version)


def list_ready(acting: Acting) -> list[VersionView]:
    """Return the latest version of every template that has one, by name: what a campaign can send."""
    with acting_transaction(acting):
        found = TemplateVersion.objects.filter(template__archived_at=None).select_related("template")
        latest: dict[UUID, TemplateVersion] = {}
        for version in found.defer("html").order_by("template__name", "version"):
            latest[version.template_id] = version
    return [_view_version(version, with_html=False) for version in latest.values()]


def compiled(acting: Acting, version_id: UUID) -> CompiledTemplate:
    """Return one version ready to render; parsed once per process, since a version never changes.

    Raises: TemplateNotFound
    """
    version = get_version(acting, version_id)
    return replace(
        _compiled(version.subject, version.html), websites=collect.websites_of(acting, version.node_no)
    )


@lru_cache(maxsize=64)
def _compiled(subject: str, html: str) -> CompiledTemplate:
    return compile_template(subject, html)


def _view(template: Template, *, with_html: bool = True) -> TemplateView:
    return TemplateView(
        template.id, template.node_no, template.name, template.channel, template.latest_version, template.basis,
        template.draft_subject, template.draft_html if with_html else "", template.changed_at,
        template.changed_by,
    )  # fmt: skip


def _view_version(version: TemplateVersion, *, with_html: bool = True) -> VersionView:
    return VersionView(
        version.id, version.node_no, version.template_id, version.template.name, version.version, version.basis,
        version.subject,
        version.html if with_html else "", version.made_at, version.made_by,
    )  # fmt: skip
