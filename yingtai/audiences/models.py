"""Audiences: a definition, and what is known of its stored membership (which lies in the lake)."""

from django.db import models

from yingtai.kernel.ids import uuid7
from yingtai.kernel.models import ScopedModel


class Audience(ScopedModel):
    """A named choice of people in one place of the organization."""

    id = models.UUIDField(unique=True, default=uuid7)
    audience_no = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=120)
    about = models.CharField(max_length=400, blank=True)
    definition = models.JSONField()
    revision = models.IntegerField(default=1)
    people = models.BigIntegerField(null=True)
    entered = models.BigIntegerField(default=0)
    left = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    refreshed_revision = models.IntegerField(null=True)
    took_ms = models.IntegerField(null=True)
    created_by = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100, blank=True, default="", db_default="")
    archived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["node_no", "-audience_no"], name="audience_by_node")]

    def __str__(self) -> str:
        return self.name


class Refresh(ScopedModel):
    """One refresh of an audience: its size then, and who came and went. Never changed."""

    append_only = True

    audience_no = models.BigIntegerField()
    at = models.DateTimeField()
    people = models.BigIntegerField()
    entered = models.BigIntegerField()
    left = models.BigIntegerField()
    took_ms = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["audience_no", "-at"], name="refresh_of_audience")]

    def __str__(self) -> str:
        return f"audience {self.audience_no} at {self.at}"


class ScoreBounds(ScopedModel):
    """Where each RFM score of a brand begins: `{score: {grade: lowest value}}`, so that one person's are read off.

    Recency in seconds since 1970, frequency in orders, money in minor units of the brand's main `currency` (empty:
    no amount is known); worked out every hour.
    """

    inherited = True

    bounds = models.JSONField()
    currency = models.CharField(max_length=3, default="", db_default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node_no"], name="score_bounds_once_per_brand")]

    def __str__(self) -> str:
        return f"bounds of scores at {self.node_no}"
