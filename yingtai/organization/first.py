"""The first administrator of an empty installation: invited on the server, where there is nobody to invite them."""

import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from yingtai.kernel.acting import Acting, system
from yingtai.kernel.counters import one_at_a_time
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.errors import AddressNotReadable, AdministratorExists
from yingtai.organization.inviting import make_invitation
from yingtai.organization.models import Role, Unit
from yingtai.organization.queries import has_administrator
from yingtai.organization.services import add_legal_entity, add_unit, ensure_group


def invite_first(at: datetime, *, email: str, name: str = "", group: str = "Group", brand: str = "") -> str:
    """Return the path of a link by which the first administrator of the group joins; make the group when there is none.

    In:     brand  the name of a first brand to make as well; none when there are brands or it is empty
    Raises: AdministratorExists, AddressNotReadable, EmailIsTaken
    """
    try:
        validate_email(email)
    except ValidationError as problem:
        raise AddressNotReadable(field="email") from problem
    acting = system("server", EVERYTHING, at)
    with acting_transaction(acting):
        one_at_a_time("first-administrator")
        if has_administrator():
            raise AdministratorExists
        ensure_group(name=group)
        if brand and not Unit.objects.filter(kind="brand").exists():
            _first_brand(brand)
        return _invite(acting, email, name)


def _invite(acting: Acting, email: str, name: str) -> str:
    unit = Unit.objects.get(kind="group")
    return make_invitation(
        acting,
        email=email,
        name=name or email.partition("@")[0],
        unit=unit,
        role=Role.ADMINISTRATOR,
        made_by="",
        is_first=True,
    )


def _first_brand(name: str) -> None:
    code = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:30] or "brand"
    add_legal_entity(code=f"{code}-company", name=name)
    add_unit(parent_code=f"{code}-company", code=code, name=name)
