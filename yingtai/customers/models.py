"""Who we know, by what, and how far ingest has come.

Values of people lie sealed under a key of their own; what is not sealed here names nobody: numbers, times,
blind indexes and declared L2 traits.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Func, Q

from yingtai.customers.rules import KINDS, PROVING_DOOR, Standing
from yingtai.kernel.ids import uuid7
from yingtai.kernel.models import ExemptModel, ScopedModel
from yingtai.kernel.scope import BRAND_SHIFT


class Profile(ScopedModel):
    """One person as one brand knows them; the number is for joins, the id for addresses of pages.

    `traits` holds declared L2 traits as `{name: [value, microseconds when it was said]}`, so that a fact which
    arrives late never wins over a newer one. `key_id` is null until the first private value arrives.
    """

    profile_no = models.BigIntegerField(primary_key=True)
    id = models.UUIDField(default=uuid7, unique=True)
    brand_no = models.IntegerField()
    key_id = models.BigIntegerField(null=True)
    first_seen_at = models.DateTimeField()
    traits = models.JSONField(default=dict)
    merged_into_no = models.BigIntegerField(null=True)
    merged_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="profile_is_not_merged_into_itself", condition=~Q(merged_into_no=F("profile_no"))
            ),
            models.CheckConstraint(
                name="profile_merge_has_a_time",
                condition=Q(merged_into_no=None, merged_at=None)
                | Q(merged_into_no__isnull=False, merged_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["merged_into_no"],
                name="profile_by_survivor",
                condition=Q(merged_into_no__isnull=False),
            ),
            models.Index(
                fields=["node_no", "-profile_no"], name="profile_newest", condition=Q(merged_into_no=None)
            ),
            models.Index(fields=["key_id"], name="profile_by_key", condition=Q(key_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Profile {self.profile_no}"


class Identifier(ScopedModel):
    """One way a brand recognises a profile. `alias_no` is its small stable number in the lake.

    Found by `blind`; kept readable only when a person may want to see it again (not for devices). `standing`
    says how sure it is that it is theirs.
    """

    KINDS: ClassVar = [(kind.number, kind.name) for kind in KINDS]

    alias_no = models.BigIntegerField(primary_key=True)
    brand_no = models.IntegerField()
    kind = models.SmallIntegerField(choices=KINDS)
    blind = models.BinaryField(max_length=16)
    profile_no = models.BigIntegerField()
    sealed = models.BinaryField(null=True)
    key_id = models.BigIntegerField(null=True)
    first_seen_at = models.DateTimeField()
    standing = models.SmallIntegerField(
        choices=[(one.value, one.name) for one in Standing],
        default=Standing.PROVEN,
        db_default=Standing.PROVEN,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint("brand_no", "kind", "blind", name="identifier_points_to_one_profile"),
        ]
        indexes = [models.Index(fields=["profile_no"], name="identifier_by_profile")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.alias_no}"


class SealedTraits(ScopedModel):
    """Private traits of one person in one sealed document `{trait: [value, microseconds when it was said]}`.

    A profile has one; after a merge, one more for each profile folded in, laid over each other when read.
    """

    row_id = models.BigIntegerField(primary_key=True)
    profile_no = models.BigIntegerField()
    key_id = models.BigIntegerField()
    sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["profile_no"], name="sealed_traits_by_profile")]

    def __str__(self) -> str:
        return f"private traits of profile {self.profile_no}"


class RecentTimeline(ScopedModel):
    """The latest few events of a profile, so that one indexed read shows them; the rest is in the lake.

    Somebody is seen when they do something: what we send, and what a robot does with it, is in the timeline only.
    The day is indexed and the moment is not, so that a row is written in its place however often somebody is seen.
    """

    profile_no = models.BigIntegerField(primary_key=True)
    latest_seen_at = models.DateTimeField(null=True)
    events = models.JSONField()
    brand_no = models.GeneratedField(
        expression=F("node_no").bitrightshift(BRAND_SHIFT),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    latest_seen_day = models.GeneratedField(
        expression=Func(F("latest_seen_at"), template="(%(expressions)s AT TIME ZONE 'UTC')::date"),
        output_field=models.DateField(),
        db_persist=True,
    )

    class Meta:
        indexes = [models.Index(fields=["brand_no", "-latest_seen_day"], name="latest_seen")]

    def __str__(self) -> str:
        return f"latest events of profile {self.profile_no}"


class Retention(ScopedModel):
    """A brand whose events go when the time is over that its tracking plan states; `node_no` is the brand's."""

    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint("node_no", name="retention_is_begun_once_per_brand")]

    def __str__(self) -> str:
        return f"retention of {self.node_no} since {self.begun_at:%Y-%m-%d}"


class KnownName(ScopedModel):
    """A blind index of a whole name, so that staff can find somebody by it; many people may share one."""

    brand_no = models.IntegerField()
    blind = models.BinaryField(max_length=16)
    profile_no = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("brand_no", "blind", "profile_no", name="name_is_known_once_per_profile"),
        ]
        indexes = [models.Index(fields=["profile_no"], name="known_name_by_profile")]

    def __str__(self) -> str:
        return f"a name of profile {self.profile_no}"


class Order(ScopedModel):
    """Which profile an order number belongs to, for a search, and what was paid; the order itself is in the lake.

    `payer` says whose word that is: `PROVING_DOOR`, or the blind index of the browser that said it with a public key.
    """

    brand_no = models.IntegerField()
    blind = models.BinaryField(max_length=16)
    profile_no = models.BigIntegerField()
    occurred_at = models.DateTimeField()
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)
    refunded_minor = models.BigIntegerField(default=0, db_default=0)
    payer = models.BinaryField(max_length=16, default=PROVING_DOOR, db_default=PROVING_DOOR)

    class Meta:
        constraints = [
            models.UniqueConstraint("brand_no", "blind", "payer", name="order_is_paid_once_by_each")
        ]
        indexes = [models.Index(fields=["profile_no"], name="order_by_profile")]

    def __str__(self) -> str:
        return f"an order of profile {self.profile_no}"


class MergeEvidence(ScopedModel):
    """Why profiles became one, and exactly which aliases moved, so that it can be undone. Never changed."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    survivor_no = models.BigIntegerField()
    duplicate_no = models.BigIntegerField()
    alias_nos = models.JSONField()
    trait_row_ids = models.JSONField()
    rule = models.CharField(max_length=60)
    ingest_no = models.BigIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=100)

    class Meta:
        indexes = [
            models.Index(fields=["survivor_no"], name="merge_by_survivor"),
            models.Index(fields=["duplicate_no"], name="merge_by_duplicate"),
        ]

    def __str__(self) -> str:
        return f"profile {self.duplicate_no} into {self.survivor_no}"


class Reveal(ScopedModel):
    """A private value was shown to somebody: which one, to whom, when and why. Never changed."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    profile_no = models.BigIntegerField()
    what = models.CharField(max_length=200)
    by = models.CharField(max_length=100)
    purpose = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["profile_no", "-at"], name="reveal_latest")]

    def __str__(self) -> str:
        return f"{self.what} of profile {self.profile_no}"


class VisitorKey(ExemptModel):
    """The key that seals what visitors without a key of their own sent undeclared, for one brand and week.

    It is destroyed after a month, so that nothing undeclared of a nameless visitor outlives that.
    """

    exempt = "numbers of keys, used by ingest, which serves all brands; nothing about customers"

    brand_no = models.IntegerField()
    week_on = models.DateField()
    key_id = models.BigIntegerField()
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("brand_no", "week_on", name="visitor_key_of_brand_and_week")]

    def __str__(self) -> str:
        return f"visitor key of brand {self.brand_no} for {self.week_on}"


class SeenMessage(ExemptModel):
    """A message that was ingested in the latest seven days; partitioned by day, forgotten a day at a time."""

    exempt = "hashes only; ingest looks for repeats in all brands at once"
    grants: ClassVar[dict[str, str]] = {"app": "SELECT, INSERT", "worker": "SELECT, INSERT"}

    # A UUID, because PostgreSQL compares these sixteen bytes fastest.
    message_hash = models.UUIDField(primary_key=True)
    day = models.DateField()

    def __str__(self) -> str:
        return str(self.message_hash)


class ImportedRow(ExemptModel):
    """A row of a file that was imported: source, content and occurrence number as one hash, kept for ever."""

    exempt = "hashes only; ingest looks for repeats in all brands at once"
    grants: ClassVar[dict[str, str]] = {"app": "SELECT, INSERT", "worker": "SELECT, INSERT"}

    message_hash = models.UUIDField(primary_key=True)

    def __str__(self) -> str:
        return str(self.message_hash)


class LoadedSet(ExemptModel):
    """A whole set that came through the bulk door, so that a load started again goes on where it stopped.

    `figures` is what the report of the load says of this set, by name: a run that goes on has not seen what the one
    before did. `counted_at` is null until its events are in the counts of their sources.
    """

    exempt = "names of loads and numbers; the bulk door serves all brands"

    source_no = models.IntegerField()
    load_id = models.CharField(max_length=120)
    set_no = models.IntegerField()
    ingest_no = models.BigIntegerField()
    event_count = models.BigIntegerField()
    figures = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("source_no", "load_id", "set_no", name="set_is_loaded_once")]
        indexes = [
            models.Index(fields=["ingest_no"], name="set_not_counted", condition=Q(counted_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.load_id} #{self.set_no}"


class IngestCursor(ExemptModel):
    """How far the inbox is ingested: the request numbers done, as an int8multirange. One row."""

    exempt = "numbers of requests; ingest serves all brands"

    name = models.CharField(max_length=20, primary_key=True)
    done = models.TextField(default="{}")

    def __str__(self) -> str:
        return self.name


class NumberSeries(ExemptModel):
    """The next free number of profiles, aliases and sealed rows; taken in blocks by the sole writer."""

    exempt = "numbers only; ingest serves all brands"

    name = models.CharField(max_length=20, primary_key=True)
    next_no = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} from {self.next_no}"


class LakeBatch(ExemptModel):
    """A batch of rows the lake owes its readers: committed here first, published there after."""

    exempt = "numbers of batches; ingest serves all brands"

    batch_no = models.BigIntegerField(primary_key=True)
    event_count = models.BigIntegerField()
    committed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["batch_no"], name="batch_unpublished", condition=Q(published_at=None)),
        ]

    def __str__(self) -> str:
        return f"batch {self.batch_no}"


class DirtyTraits(ExemptModel):
    """A brand whose traits changed since the lake's copy of them was made."""

    exempt = "numbers of brands; ingest serves all brands"

    brand_no = models.IntegerField(primary_key=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"brand {self.brand_no}"
