"""What every table says of itself, and the tables of the kernel: outbox and tasks.

Row-level policies and grants are derived from these declarations after each migration
(`yingtai.kernel.grants`), so a new table cannot forget its walls.
"""

from typing import ClassVar

from django.db import models

from yingtai.kernel.ids import uuid7


class ScopedModel(models.Model):
    """A row that belongs to a node of the organization, behind forced row-level security.

    append_only  rows are never changed or removed by the product's roles
    inherited    rows of a brand or region can also be read by the nodes below it
    grants       other rights than the usual, by role: {"collector": "SELECT"}
    """

    append_only: ClassVar[bool] = False
    inherited: ClassVar[bool] = False
    grants: ClassVar[dict[str, str]] = {}

    node_no = models.BigIntegerField()

    class Meta:
        abstract = True


class ExemptModel(models.Model):
    """A row outside row-level security, for the reason stated; guarded by grants alone."""

    exempt: ClassVar[str]
    append_only: ClassVar[bool] = False
    grants: ClassVar[dict[str, str]] = {}

    class Meta:
        abstract = True


OUTBOX_FIGURES = "SELECT (id, name, occurred_at, handled_at, attempts, due_at, parked_at, told, trouble)"


class OutboxFact(ExemptModel):
    """A fact published in its service's transaction, waiting to be told to the handlers above.

    told       the handlers that were told already
    due_at     when to try again; None: at once
    parked_at  since when it waits for an operator; with `handled_at`, an operator let it go untold
    trouble    kind and place of the latest error
    """

    exempt = "the dispatcher serves all brands; the envelope carries the scope"
    grants = {
        "app": f"INSERT, {OUTBOX_FIGURES}, UPDATE (attempts, due_at, parked_at, handled_at)",
        "worker": f"INSERT, {OUTBOX_FIGURES}",
        "dispatcher": "SELECT, UPDATE, DELETE",
    }

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    node_no = models.BigIntegerField()
    envelope = models.JSONField()
    occurred_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    told = models.JSONField(default=list, db_default=[])
    attempts = models.SmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, default="", db_default="")

    class Meta:
        constraints = []
        indexes = [
            models.Index("id", name="outbox_due", condition=models.Q(handled_at=None, parked_at=None)),
            models.Index("id", name="outbox_parked", condition=models.Q(parked_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.id}"


class Counter(ExemptModel):
    """How often something happened since its time began; `yingtai.kernel.counters` counts."""

    exempt = "counts sign-ins too, before any scope exists; names hold no personal value"

    name = models.CharField(max_length=200, primary_key=True)
    count = models.BigIntegerField()
    ends_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"


class SharedValue(ExemptModel):
    """Django's cache in the database, as its backend wants the columns: limits of the sign-in pages."""

    exempt = "counts sign-ins, before any scope exists; keys are digests"
    grants = {"worker": "SELECT"}

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key


class Task(ScopedModel):
    """A long piece of work that a person started and a page can follow, leave and stop."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=100)
    about = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    stop_asked = models.BooleanField(default=False)
    result = models.JSONField(null=True)
    problem = models.JSONField(null=True)
    started_by = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["node_no", "-created_at"], name="task_by_node")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"
