"""Campaigns, the ledger of sends, its tallies, addresses we do not write to again, and those asked to confirm."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from yingtai.kernel.ids import uuid7
from yingtai.kernel.models import ScopedModel


class Campaign(ScopedModel):
    """A mail to an audience, with a hold-out that shows what it changed.

    salt             decides who is held out; `hold_out_share` is in hundredths of a percent
    trouble          the code of the error that holds it up, with its facts, so that everybody reads it in their
                     language; paused: it waits until somebody chooses to go on
    alone_people     how many it goes to by the word of one person alone: known when it is launched, counted when it is
                     decided; null when a second person agreed
    agreed           a digest of all that decides who gets what, as it was when the launch was agreed to
    resumed_at       when somebody last did
    forecast_sample  of how many people a check made the mail; null: of all of them
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        SCHEDULED = "scheduled"
        DECIDING = "deciding"
        SENDING = "sending"
        PAUSED = "paused"
        DONE = "done"
        STOPPED = "stopped"

    campaign_no = models.AutoField(primary_key=True)
    id = models.UUIDField(default=uuid7, unique=True)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    channel = models.CharField(max_length=10, default="email")
    audience_id = models.UUIDField(null=True)
    version_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=60, default="marketing.email")
    notice_version = models.IntegerField(null=True)
    from_name = models.CharField(max_length=80, blank=True)
    from_address = models.CharField(max_length=254, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    hold_out_share = models.IntegerField(default=1000)
    goal_event = models.CharField(max_length=100, default="Order Completed")
    goal_days = models.IntegerField(default=14)
    per_minute = models.IntegerField(null=True)
    most_people = models.BigIntegerField(null=True)
    alone_people = models.BigIntegerField(null=True)
    agreed = models.CharField(max_length=64, blank=True, default="", db_default="")
    scheduled_at = models.DateTimeField(null=True)
    salt = models.CharField(max_length=32)
    forecast = models.JSONField(null=True)
    forecast_sample = models.IntegerField(null=True)
    forecast_at = models.DateTimeField(null=True)
    launched_at = models.DateTimeField(null=True)
    launched_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)
    trouble_facts = models.JSONField(default=dict)
    resumed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100, blank=True, default="", db_default="")
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="campaign_holds_out_no_more_than_half",
                condition=Q(hold_out_share__gte=0, hold_out_share__lte=5000),
            ),
            models.CheckConstraint(
                name="campaign_that_was_launched_is_complete",
                condition=Q(state="draft")
                | Q(audience_id__isnull=False, version_id__isnull=False, launched_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["node_no", "-campaign_no"], name="campaign_newest")]

    def __str__(self) -> str:
        return self.name


class Sender(ScopedModel):
    """Whom mails of a brand come from: name, address, and where answers go ("" is the address itself).

    It never changes, so that what was launched stays what it was; another one is made and this one archived.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=254)
    reply_to = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100)
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node_no", "name", "address", "reply_to"], name="sender_is_kept_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


class Send(ScopedModel):
    """One mail owed to one person by one campaign: sent, or not sent with the reason. Never two for a person.

    is_open      something is still to be done with it: to be sent, to be resolved, or to be told to the lake
    alias_no     the address it goes to, by its number in `customers`; null before it is claimed
    proxied_at   a mail service fetched its pictures; whether somebody looked, nobody knows
    is_assigned  it was decided to send it, or to hold the person out: they count in the result, whatever came after
    claimed_by   the number of the sender at work on it; it holds an advisory lock of that number while it lives
    """

    class State(models.TextChoices):
        OWED = "owed"
        CLAIMED = "claimed"
        ATTEMPTING = "attempting"
        UNKNOWN = "unknown"
        SENT = "sent"
        NOT_SENT = "not_sent"
        FAILED = "failed"

    send_no = models.BigAutoField(primary_key=True)
    campaign_no = models.IntegerField()
    profile_no = models.BigIntegerField()
    alias_no = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=20, null=True)
    answer = models.CharField(max_length=200, null=True)
    is_open = models.BooleanField()
    is_assigned = models.BooleanField()
    attempts = models.SmallIntegerField(default=0)
    claimed_by = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    proxied_at = models.DateTimeField(null=True)
    clicked_at = models.DateTimeField(null=True)
    unsubscribed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("profile_no", "campaign_no", name="person_gets_a_campaign_once"),
        ]
        indexes = [
            models.Index("campaign_no", "send_no", name="send_by_campaign"),
            models.Index("campaign_no", "send_no", name="send_open", condition=Q(is_open=True)),
        ]

    def __str__(self) -> str:
        return f"send {self.send_no} {self.state}"


class Tally(ScopedModel):
    """How many sends of a campaign are what, kept by the statements that change them, so a page never counts."""

    pk = models.CompositePrimaryKey("campaign_no", "what")
    campaign_no = models.IntegerField()
    what = models.CharField(max_length=40)
    count = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.what} {self.count}"


class SuppressedAddress(ScopedModel):
    """An address behind which there is no mailbox: no campaign writes there until somebody lifts it.

    It belongs to the address (`alias_no`, its number in `customers`), so whoever has another is written to there.
    A lifted one stays, with who lifted it and why. `profile_no` is whose it was then.
    """

    suppression_no = models.BigAutoField(primary_key=True)
    alias_no = models.BigIntegerField()
    profile_no = models.BigIntegerField()
    channel = models.CharField(max_length=10)
    reason = models.CharField(max_length=20)
    answer = models.CharField(max_length=200)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=100, blank=True)
    lifted_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alias_no"], name="address_is_suppressed_once", condition=Q(lifted_at=None)
            ),
        ]
        indexes = [models.Index(fields=["alias_no"], name="suppressed_by_alias")]

    def __str__(self) -> str:
        return f"{self.channel} address {self.alias_no}"


class Confirming(ScopedModel):
    """A brand's choice to let people confirm by mail the addresses that pages give; `node_no` is the brand's.

    most_an_hour  how many such mails go out within an hour, however many addresses pages give
    """

    sender = models.ForeignKey(Sender, models.PROTECT, related_name="+")
    is_on = models.BooleanField()
    most_an_hour = models.IntegerField(default=100)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node_no"], name="confirming_is_chosen_once_per_brand"),
            models.CheckConstraint(
                name="confirming_has_a_ceiling", condition=Q(most_an_hour__gte=1, most_an_hour__lte=10_000)
            ),
        ]

    def __str__(self) -> str:
        return f"confirming of {self.node_no}"


class Confirmation(ScopedModel):
    """An address that a page gave with a yes, asked by mail whether it is so; `node_no` is the brand's.

    alias_no      the address, by its number in `customers`; profile_no whose claim it was then
    purposes      codes of what was agreed to; notices  by code, the version of the notice when the mail was made
    said          by mail, the notices of the purposes that it named: its link agrees to those and to no others
    mails         how many mails went there
    network       a keyed digest of the client's network that gave it last; "" when nobody knows
    mailbox       a keyed digest of the mailbox, the same for all its spellings; domain  of its host, null for one
                  where very many have theirs
    untagged      a keyed digest of the network and the address without its tag; null where the host is known to
                  know tags, so that `mailbox` says it
    asked_at      when a page said so last; what cannot be sent within a day is given up
    promised_at   when the last mail was about to be handed over
    declined_at   when whoever has the mailbox said that it was not them: it is never asked again
    recorded_at   when address and yes stood in the books, after it was confirmed
    claimed_by    the number of the sender at work on it, as of `Send`
    """

    class State(models.TextChoices):
        OWED = "owed"
        ATTEMPTING = "attempting"
        SENT = "sent"
        REFUSED = "refused"
        CONFIRMED = "confirmed"
        DECLINED = "declined"

    confirmation_no = models.BigAutoField(primary_key=True)
    alias_no = models.BigIntegerField(unique=True)
    profile_no = models.BigIntegerField()
    purposes = ArrayField(models.CharField(max_length=60))
    notices = models.JSONField(default=dict)
    said = models.JSONField(default=dict, db_default={})
    state = models.CharField(max_length=10, choices=State.choices)
    mails = models.SmallIntegerField(default=0)
    answer = models.CharField(max_length=200, blank=True)
    claimed_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    network = models.CharField(max_length=16, blank=True, default="", db_default="")
    mailbox = models.BinaryField(max_length=16, null=True)
    untagged = models.BinaryField(max_length=16, null=True)
    domain = models.BinaryField(max_length=16, null=True)
    promised_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("node_no", "promised_at", name="confirmation_by_hour"),
            models.Index("profile_no", name="confirmation_by_profile"),
            models.Index("node_no", "domain", name="confirmation_by_domain", condition=Q(state="confirmed")),
            models.Index(
                "state", "due_at", name="confirmation_owed", condition=Q(state__in=["owed", "attempting"])
            ),
            models.Index(
                "node_no", name="confirmation_to_record", condition=Q(state="confirmed", recorded_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"confirmation {self.confirmation_no} {self.state}"


class AskedMailbox(ScopedModel):
    """How often a brand asked a mailbox, or for one network what may be a mailbox; `node_no` is the brand's.

    It outlives the people who had the address, so that nobody is asked anew because they were erased.

    mailbox      a keyed digest, `mailbox` or `untagged` of `Confirmation`
    mails        how many mails went there since it confirmed last
    promised_at  when the last was about to be handed over; null when the last was not taken
    is_closed    it said that it was not them, or was suppressed when its people were erased: never asked again
    """

    mailbox = models.BinaryField(max_length=16)
    mails = models.SmallIntegerField(default=0)
    promised_at = models.DateTimeField(null=True)
    is_closed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["node_no", "mailbox"], name="mailbox_is_counted_once_per_brand")
        ]

    def __str__(self) -> str:
        return f"mailbox {self.pk}"
