"""What the top of every page says of the person: name, roles, and the places they may work in."""

from typing import cast

from django.http import HttpRequest
from django.urls import reverse

from yingtai.kernel.http import ActingRequest
from yingtai.organization.models import Role, Staff
from yingtai.ui.formats import listed
from yingtai.ui.frame import Identity, Place

DEPTH = {"group": 0, "legal_entity": 1, "brand": 2, "region": 3, "dealer": 4}


def identify(request: HttpRequest) -> Identity | None:
    """Return the signed-in colleague for the frame, or None before sign-in."""
    staff = request.user
    if not isinstance(staff, Staff):
        return None
    request = cast(ActingRequest, request)
    here = request.workplace
    shallowest = min((DEPTH[place.unit.kind] for place in request.workplaces), default=0)
    return Identity(
        name=str(staff),
        role=listed(sorted(str(Role(role).label) for role in here.roles)) if here else "",
        place=here.unit.code if here else "",
        places=tuple(
            Place(place.unit.code, place.unit.title, DEPTH[place.unit.kind] - shallowest)
            for place in request.workplaces
        ),
        switch_url=reverse("organization:switch_workplace"),
        account_url=reverse("mfa_index"),
        password_url=reverse("account_change_password"),
        sign_out_url=reverse("account_logout"),
    )
