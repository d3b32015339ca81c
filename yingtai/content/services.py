from uuid import UUID

from yingtai.content.errors import TemplateNotFound
from yingtai.content.models import Template, TemplateVersion
from yingtai.content.queries import TemplateView, VersionView, get_template, get_version
from yingtai.content.rendering import compile_template
from yingtai.content.starting import STARTING_HTML, STARTING_SUBJECT
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction


def create_template(
    acting: Acting, *, node_no: int, name: str, subject: str = STARTING_SUBJECT, html: str = STARTING_HTML
) -> TemplateView:
    """Start a template with a draft that renders for everybody."""
    with acting_transaction(acting):
        name = _free_name(node_no, name)
        template = Template.objects.create(
            node_no=node_no, name=name, draft_subject=subject, draft_html=html, created_at=acting.at,
            changed_at=acting.at, changed_by=acting.actor,
        )  # fmt: skip
        return get_template(acting, template.id)


def change_draft(acting: Acting, template_id: UUID, *, name: str, subject: str, html: str) -> TemplateView:
    """Keep what is being typed, even when it cannot be read yet; versions are not touched.

    Raises: TemplateNotFound
    """
    with acting_transaction(acting):
        template = _locked(template_id)
        if name != template.name:
            template.name = _free_name(template.node_no, name)
        template.draft_subject, template.draft_html = subject[:300], html
        template.changed_at, template.changed_by = acting.at, acting.actor
        template.save(update_fields=["name", "draft_subject", "draft_html", "changed_at", "changed_by"])
        return get_template(acting, template_id)


def make_version(acting: Acting, template_id: UUID) -> VersionView:
    """Make the draft a version that never changes; a draft equal to the latest version makes none.

    Raises: TemplateNotFound, TemplateNotUnderstood, TemplateTooLarge
    """
    with acting_transaction(acting):
        template = _locked(template_id)
        compile_template(template.draft_subject, template.draft_html)
        latest = template.versions.order_by("-version").first()
        said = (template.draft_subject, template.draft_html)
        if latest is not None and (latest.subject, latest.html) == said:
            return get_version(acting, latest.id)
        template.latest_version += 1
        template.save(update_fields=["latest_version"])
        version = TemplateVersion.objects.create(
            node_no=template.node_no, template=template, version=template.latest_version,
            subject=template.draft_subject, html=template.draft_html, made_at=acting.at, made_by=acting.actor,
        )  # fmt: skip
        return get_version(acting, version.id)


def archive_template(acting: Acting, template_id: UUID) -> None:
    """Take a template out of the lists; campaigns that use a version keep it. Repeating it changes nothing."""
    with acting_transaction(acting):
        Template.objects.filter(id=template_id, archived_at=None).update(archived_at=acting.at)


def _locked(template_id: UUID) -> Template:
    template = Template.objects.select_for_update().filter(id=template_id, archived_at=None).first()
    if template is None:
        raise TemplateNotFound
    return template


def _free_name(node_no: int, name: str) -> str:
    taken = set(
        Template.objects.filter(node_no=node_no, archived_at=None, name__startswith=name).values_list(
            "name", flat=True
        )
    )
    wanted, number = name, 2
    while wanted in taken:
        wanted, number = f"{name} ({number})", number + 1
    return wanted
