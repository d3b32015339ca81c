"""Say that an identifier which a public key added is this person's."""

from uuid import UUID

from django.db import connection

from yingtai.customers.errors import ProfileNotFound
from yingtai.customers.ingest.doubting import doubt
from yingtai.customers.models import Identifier, Profile
from yingtai.customers.rules import BY_NUMBER, Standing
from yingtai.kernel.acting import Acting, require
from yingtai.kernel.labels import Label
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import record_deed

PLACE = "customers.profile"


def confirm_identifier(acting: Acting, *, profile_id: UUID, alias_no: int) -> None:
    """Confirm an identifier and record who did; what else only pages gave of this person is a claim then.

    Repeating it changes nothing.

    Raises: NotAllowed, ProfileNotFound
    """
    require(acting, "edit", Label.L3, PLACE)
    with acting_transaction(acting):
        profile = Profile.objects.filter(id=profile_id, erased_at=None).first()
        if profile is None:
            raise ProfileNotFound
        found = Identifier.objects.filter(
            profile_no=profile.profile_no, alias_no=alias_no, standing__lt=Standing.PROVEN
        )
        kind = found.values_list("kind", flat=True).first()
        if kind is None:
            return
        found.update(standing=Standing.PROVEN)
        with connection.cursor() as cursor:
            doubt(cursor, [profile.profile_no])
        record_deed(
            acting,
            "person.identifier-confirmed",
            node_no=profile.node_no,
            about=str(profile.id),
            value=BY_NUMBER[kind].name,
        )
