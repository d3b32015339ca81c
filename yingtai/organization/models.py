"""The organization tree, the staff, and what staff and programs may do where.

These tables stand outside row-level security: they are read to find the scope in the first place, and hold
names of companies and colleagues, nothing about customers.
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yingtai.kernel.ids import uuid7
from yingtai.kernel.models import ExemptModel, ScopedModel


class Unit(ExemptModel):
    """A node of the tree: the group, a legal entity, a brand, a region or a dealer."""

    exempt = "read before any scope exists; names of companies, nothing about customers"

    class Kind(models.TextChoices):
        GROUP = "group"
        LEGAL_ENTITY = "legal_entity"
        BRAND = "brand"
        REGION = "region"
        DEALER = "dealer"

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    entity_no = models.IntegerField(null=True)
    node_no = models.BigIntegerField(null=True)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    name_zh = models.CharField(max_length=120, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    currency = models.CharField(max_length=3, default="CNY")
    country = models.CharField(max_length=2, default="CN")

    class Meta:
        constraints = [
            models.UniqueConstraint("node_no", name="unit_has_its_own_node_no"),
            models.UniqueConstraint("code", name="unit_has_its_own_code"),
            models.UniqueConstraint(
                "entity_no", name="legal_entity_has_its_own_number", condition=Q(kind="legal_entity")
            ),
            models.CheckConstraint(
                name="unit_is_in_the_number_tree_or_a_legal_entity",
                condition=Q(kind="legal_entity", node_no=None)
                | (~Q(kind="legal_entity") & Q(node_no__isnull=False)),
            ),
            models.CheckConstraint(
                name="unit_below_the_group_has_a_legal_entity",
                condition=Q(kind="group") | Q(entity_no__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["Staff"]):
    def create_user(self, email: str, password: str | None = None, **values: Any) -> "Staff":
        staff = self.model(email=self.normalize_email(email), **values)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """A colleague who signs in. There is no superuser: what someone may do follows from roles in scopes."""

    exempt: ClassVar[str] = "sign-in, before any scope exists"
    # Without the hash of the password, on which guesses could be tried.
    grants: ClassVar[dict[str, str]] = {
        "auditor": "SELECT (id, email, name, language, time_zone, is_active, last_login, made_by)"
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=40, default="Asia/Shanghai")
    is_active = models.BooleanField(default=True)
    made_by = models.CharField(max_length=100, blank=True, default="")
    """The actor who asked for the invitation; "" when made on the server or by who was alone."""
    is_staff = False
    is_superuser = False

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = StaffManager()

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    """What someone is, in a scope. What a role may do is policy, and stands in `compliance`."""

    MARKETER = "marketer", _("Marketer")
    ANALYST = "analyst", _("Analyst")
    BRAND_MANAGER = "brand_manager", _("Brand manager")
    EXECUTIVE = "executive", _("Executive")
    DEALER = "dealer", _("Dealer")
    SERVICE = "service_agent", _("Service agent")
    COMPLIANCE = "compliance_officer", _("Compliance officer")
    AUDITOR = "auditor", _("Auditor")
    OPERATOR = "operator", _("Operator")
    INTEGRATOR = "integrator", _("Integrator")
    ADMINISTRATOR = "administrator", _("Administrator")


class Assignment(ExemptModel):
    """A role that a colleague has in a unit and all below it."""

    exempt = "read before any scope exists"

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices)
    made_by = models.CharField(max_length=100, blank=True, default="")
    """The actor who asked for it; "" when made on the server or by who was alone."""

    class Meta:
        constraints = [
            models.UniqueConstraint("staff", "unit", "role", name="role_is_assigned_once"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role} in {self.unit_id}"


class ApiKey(ExemptModel):
    """A program's key: it acts with these roles in this unit. Only the hash of the key is kept."""

    exempt = "read before any scope exists"
    grants: ClassVar[dict[str, str]] = {
        "auditor": "SELECT (id, unit_id, name, roles, start, created_at, revoked_at)"
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    roles = models.JSONField()
    start = models.CharField(max_length=12)
    key_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.start}…)"


class Deed(ScopedModel):
    """Somebody changed who may do what, or saw, copied, erased or let out what is private. Never changed.

    what     one of `deeds.WORDS`
    about    whom or what it was about: a colleague's address, a public id, a code; nothing of a customer but an id
    details  what was given, taken or asked for, in names and codes
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid7)
    at = models.DateTimeField()
    by = models.CharField(max_length=100)
    what = models.CharField(max_length=60)
    about = models.CharField(max_length=254, blank=True)
    purpose = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["node_no", "-id"], name="deed_latest"),
            models.Index(fields=["-at", "-id"], name="deed_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.what} by {self.by}"


class KeptListView(ExemptModel):
    """How a colleague wants to find a list again: a name for what is filtered and sorted."""

    exempt = "a colleague's own; names of filters, nothing about customers"

    id = models.UUIDField(primary_key=True, default=uuid7)
    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+")
    list = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("staff", "list", "name", name="view_of_a_list_has_one_name")]

    def __str__(self) -> str:
        return self.name


class Invitation(ExemptModel):
    """A link that makes one account, once, for whoever reads the invited mailbox."""

    exempt = "opened before any scope exists; names of colleagues, nothing about customers"
    # The console makes and opens them; only the hash of a link is kept.
    grants: ClassVar[dict[str, str]] = {
        "auditor": "SELECT (id, email, name, role, made_at, expires_at, used_at)"
    }

    id = models.UUIDField(primary_key=True, default=uuid7)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    role = models.CharField(max_length=30, choices=Role.choices)
    token_hash = models.BinaryField(max_length=32)
    made_by = models.CharField(max_length=100)
    is_first = models.BooleanField(default=False)
    """Whether it was printed on the server for the first administrator: it ends when there is one."""
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("token_hash", name="invitation_has_its_own_link")]

    def __str__(self) -> str:
        return f"invitation of {self.email}"


class Approval(ScopedModel):
    """Something that takes two: one asks, another one says yes or no to exactly that.

    asked   the arguments, whose hash is `digest`; another wish is another approval
    reason  why, in the words of whoever asks, for whoever decides
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    what = models.CharField(max_length=60)
    about = models.CharField(max_length=254)
    asked = models.JSONField()
    digest = models.CharField(max_length=64)
    beneficiary = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    asked_by = models.CharField(max_length=100)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.CharField(max_length=100, blank=True)
    decided_at = models.DateTimeField(null=True)
    is_approved = models.BooleanField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["node_no", "-id"], name="approval_open", condition=Q(decided_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.about}"
