"""Templates and their versions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from yingtai.kernel.ids import uuid7
from yingtai.kernel.models import ScopedModel


class Basis(models.TextChoices):
    """Why a mail may be sent: as marketing, to those who agreed; as a service, for the reason that is named."""

    CONSENT = "consent", _("Marketing: only to people who agreed")
    CONTRACT = "contract", _("Service: it belongs to an order or a contract")
    LEGAL_DUTY = "legal_duty", _("Service: the law demands it")


class Template(ScopedModel):
    """A mail we may send: a name, a draft that is being worked on, and versions that never change.

    `changed_in` is the opened form that the draft was last kept by: a form that keeps itself knows its own by it.
    """

    inherited = True

    class Channel(models.TextChoices):
        EMAIL = "email"

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=120)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.CONSENT)
    draft_subject = models.CharField(max_length=300, blank=True)
    draft_html = models.TextField(blank=True)
    latest_version = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100)
    changed_in = models.UUIDField(null=True)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "node_no", "name", name="template_has_its_own_name", condition=models.Q(archived_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(ScopedModel):
    """What was said, word for word. Never changed, so that a campaign can always show what it sent."""

    inherited = True
    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    template = models.ForeignKey(Template, models.PROTECT, related_name="versions")
    version = models.IntegerField()
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.CONSENT)
    subject = models.CharField(max_length=300)
    html = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint("template", "version", name="template_version_is_made_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.version}"


class BrandLook(ScopedModel):
    """How the pages look that a brand's recipients open. The logo is a picture that was made anew."""

    inherited = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    color = models.CharField(max_length=7)
    logo = models.BinaryField(default=b"")
    logo_type = models.CharField(max_length=12, default="", blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint("node_no", name="brand_has_one_look")]

    def __str__(self) -> str:
        return self.color
