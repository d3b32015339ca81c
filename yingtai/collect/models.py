"""Where events come from, what they may hold, what was refused, and the files people bring.

The inbox, the write keys and the plan snapshots that the collector reads are plain SQL (`schema.py`).
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from yingtai.kernel.ids import uuid7
from yingtai.kernel.labels import Label
from yingtai.kernel.models import ScopedModel


class Source(ScopedModel):
    """A website, an app, a system or a pile of files that tells us what happened, at one node."""

    class Kind(models.TextChoices):
        SDK = "sdk"  # its key stands in pages and apps, where everybody can read it
        SERVER = "server"
        IMPORT = "import"

    class OnViolation(models.TextChoices):
        KEEP = "keep"
        BLOCK = "block"

    SENDING: ClassVar = (Kind.SDK, Kind.SERVER)

    inherited = True

    source_no = models.AutoField(primary_key=True)
    id = models.UUIDField(default=uuid7, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    time_zone = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    back_fill_days = models.PositiveIntegerField(default=30)
    allowed_origins = models.JSONField(default=list)
    on_violation = models.CharField(max_length=5, choices=OnViolation.choices, default=OnViolation.KEEP)
    events_per_second = models.PositiveIntegerField(default=50_000)
    event_count = models.BigIntegerField(default=0)
    earliest_arrival_at = models.DateTimeField(null=True)
    latest_arrival_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    changed_by = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint("node_no", "kind", "name", name="source_has_its_own_name"),
            models.CheckConstraint(
                name="source_may_send_some_history",
                condition=Q(back_fill_days__gt=0, events_per_second__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Declaration(ScopedModel):
    """One line of a brand's tracking plan: an event, a property of events, or a trait, that may be known.

    `event` is empty for a property that any event may carry, and for traits.
    """

    class Subject(models.TextChoices):
        EVENT = "event"
        PROPERTY = "property"
        TRAIT = "trait"

    class Type(models.TextChoices):
        STRING = "string"
        NUMBER = "number"
        INTEGER = "integer"
        BOOLEAN = "boolean"
        DATETIME = "datetime"
        ARRAY = "array"
        OBJECT = "object"

    inherited = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    subject = models.CharField(max_length=8, choices=Subject.choices)
    event = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    type = models.CharField(max_length=8, choices=Type.choices, default=Type.STRING)
    is_required = models.BooleanField(default=False)
    label = models.PositiveSmallIntegerField(choices=[(label.value, label.name) for label in Label])
    purpose = models.CharField(max_length=60, default="analytics")
    retention_days = models.PositiveIntegerField(default=730)
    description = models.CharField(max_length=300, blank=True)
    declared_at = models.DateTimeField()
    declared_by = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "node_no", "subject", "event", "name", name="declaration_says_it_once_per_brand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.event} {self.name}"


class Seen(ScopedModel):
    """A name that arrived, and how often; never a value. What is not declared yet shows in the plan."""

    subject = models.CharField(max_length=8, choices=Declaration.Subject.choices)
    event = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    earliest_at = models.DateTimeField()
    latest_at = models.DateTimeField()
    count = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "node_no", "subject", "event", "name", name="name_is_seen_once_per_brand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.event} {self.name}"


class SourceNote(ScopedModel):
    """Something that ingest noticed in a source's events and set right or left out; counted, never a value."""

    source_no = models.IntegerField()
    reason = models.CharField(max_length=60)
    count = models.BigIntegerField()
    earliest_at = models.DateTimeField()
    latest_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("source_no", "reason", name="source_is_noted_once_per_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} from source {self.source_no}"


class Quarantine(ScopedModel):
    """An event that was refused, with the reason; its body lies sealed under the key of the inbox's hour."""

    append_only = True
    grants: ClassVar[dict[str, str]] = {"worker": "SELECT, INSERT, DELETE"}

    id = models.UUIDField(primary_key=True, default=uuid7)
    source_no = models.IntegerField()
    reason = models.CharField(max_length=60)
    path = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    occurrences = models.PositiveIntegerField(default=1)
    epoch_id = models.IntegerField()
    body = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["node_no", "-received_at"], name="quarantine_latest")]

    def __str__(self) -> str:
        return f"{self.reason} {self.received_at:%Y-%m-%d %H:%M}"


class UploadedFile(ScopedModel):
    """A file that somebody brought: sealed in chunks under a key of its own, destroyed when it expires."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    key_id = models.BigIntegerField()
    name_sealed = models.BinaryField()
    size_bytes = models.BigIntegerField()
    digest = models.BinaryField(null=True)
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class Import(ScopedModel):
    """One run of one file through one mapping, from the dry run to the report.

    digest    of the file's bytes, keyed, so that nobody tests by guessing what was in it; null before it was kept
    began_as  the mappings it began to load lines by: one more when it stopped, was mapped anew and ran again
    BEGUN     a run of the command line that goes on, or was killed: nobody can tell from here
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        CHECKED = "checked"
        QUEUED = "queued"
        BEGUN = "begun"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7)
    source_no = models.IntegerField(null=True)
    upload = models.ForeignKey(UploadedFile, models.SET_NULL, null=True, related_name="+")
    digest = models.BinaryField(null=True)
    mapping = models.JSONField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    began_as = models.JSONField(default=list)
    report = models.JSONField(null=True)
    task_id = models.UUIDField(null=True)
    started_by = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["node_no", "-created_at"], name="import_latest")]

    def __str__(self) -> str:
        return f"import {self.id} {self.state}"


class MappingPreset(ScopedModel):
    """A mapping that was good once and is offered again."""

    inherited = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=120)
    mapping = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("node_no", "name", name="preset_has_its_own_name")]

    def __str__(self) -> str:
        return self.name
