"""Purposes, what people were told, what they answered, and what holds now."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from yingtai.kernel.ids import uuid7
from yingtai.kernel.models import ScopedModel


class Status(models.IntegerChoices):
    """A person's answer. A larger number is the more restrictive one, so `max` is the merge."""

    GRANTED = 1
    DENIED = 2
    WITHDRAWN = 3


class Basis(models.TextChoices):
    """Why the law lets us process (PIPL article 13)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_DUTY = "legal_duty"


class Purpose(ScopedModel):
    """A registered processing activity of a brand: what for, through which channels, on which ground."""

    inherited = True

    purpose_no = models.AutoField(primary_key=True)
    id = models.UUIDField(default=uuid7, unique=True)
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    title_zh = models.CharField(max_length=120, blank=True)
    channels = models.JSONField(default=list)
    basis = models.CharField(max_length=12, choices=Basis.choices, default=Basis.CONSENT)
    retention_days = models.IntegerField()
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("node_no", "code", name="purpose_has_its_own_code_in_a_brand"),
            models.CheckConstraint(
                name="purpose_keeps_data_for_some_days", condition=models.Q(retention_days__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Notice(ScopedModel):
    """One published version of what people are told about a purpose. Published is final: rows never change."""

    inherited = True
    append_only = True

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="notices")
    version = models.IntegerField()
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    text = models.TextField()
    text_hash = models.CharField(max_length=64)
    published_by = models.CharField(max_length=100)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "purpose", "version", "language", name="notice_version_is_published_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id} v{self.version} {self.language}"


class Consent(ScopedModel):
    """One answer of one person, kept for good with how it was given. Never changed, never removed.

    evidence   how: form, page, import, message; no personal data (`services.evidence`)
    node_no    the node of the profile
    alias_nos  the addresses a yes was given for, by their numbers in `customers`; empty: none was known then
    """

    append_only = True

    consent_no = models.BigAutoField(primary_key=True)
    profile_no = models.BigIntegerField()
    purpose_no = models.IntegerField()
    channel = models.CharField(max_length=20)
    recipient = models.CharField(max_length=60, blank=True)
    status = models.SmallIntegerField(choices=Status.choices)
    notice_version = models.IntegerField(null=True)
    source = models.CharField(max_length=40)
    evidence = models.JSONField()
    alias_nos = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=100)

    class Meta:
        indexes = [
            models.Index("profile_no", name="consent_by_profile"),
            # Holds all that the answers per day are counted from, so the log itself is not read.
            models.Index(
                "recorded_at",
                "node_no",
                "purpose_no",
                "status",
                name="consent_by_day",
                condition=~models.Q(source__in=["merge", "split"]),
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.consent_no}"


class Erased(ScopedModel):
    """What somebody was recognized by who was erased: a keyed hash that says nothing else, and when. `node_no` is the
    brand's. A yes from before is believed of nobody who is recognized by it again."""

    inherited = True

    blind = models.BinaryField(max_length=16)
    erased_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("node_no", "blind", name="erased_is_kept_once_per_brand")]

    def __str__(self) -> str:
        return f"erased at {self.erased_at:%Y-%m-%d}"


class ConsentNow(ScopedModel):
    """What holds now: one row per profile, purpose, channel and recipient, kept by the statement that records.

    `purpose_no` belongs to one brand, so the key does too. A yes covers the addresses in `alias_nos` and no
    other; without any, the first address that became known. A no is the person's, whatever the address.
    """

    pk = models.CompositePrimaryKey("profile_no", "purpose_no", "channel", "recipient")
    profile_no = models.BigIntegerField()
    purpose_no = models.IntegerField()
    channel = models.CharField(max_length=20)
    recipient = models.CharField(max_length=60, blank=True)
    status = models.SmallIntegerField(choices=Status.choices)
    notice_version = models.IntegerField(null=True)
    consent_no = models.BigIntegerField()
    alias_nos = ArrayField(models.BigIntegerField(), default=list, db_default=[])
    at = models.DateTimeField()

    class Meta:
        db_table = "compliance_consent_now"
        indexes = [
            # Holds all that the answers of a place are counted from, so the rows themselves are not read.
            models.Index(
                "node_no",
                "purpose_no",
                "channel",
                "status",
                name="consent_now_by_answer",
                condition=models.Q(recipient=""),
            ),
        ]

    def __str__(self) -> str:
        return f"profile {self.profile_no}, purpose {self.purpose_no}"
