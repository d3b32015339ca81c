"""Ready-made brands for tests: every test gets brands of its own, so nothing needs to be cleaned up."""

import secrets
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import MONDAY, make_acting
from yingtai.organization import services
from yingtai.organization.deeds import DeedRow, list_deeds
from yingtai.organization.models import ApiKey, Approval, Staff, Unit

__all__ = [
    "MONDAY", "PASSWORD", "BrandForTest", "acting_with", "asked_for", "call_brand", "deeds_of", "make_acting",
    "make_brand", "make_staff",
]  # fmt: skip

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class BrandForTest:
    """A brand with one region and two dealers; numbers and codes of all."""

    code: str
    entity_no: int
    node_no: int
    region_no: int
    dealer_no: int
    other_dealer_no: int
    dealer_code: str
    other_dealer_code: str

    @property
    def scope(self) -> Scope:
        return Scope.of(self.node_no)


def make_brand(*, currency: str = "CNY", time_zone: str = "Asia/Shanghai") -> BrandForTest:
    """Make a brand of a legal entity of its own."""
    mark = secrets.token_hex(4)
    services.ensure_group(name="Test group")
    entity = services.add_legal_entity(code=f"entity-{mark}", name=f"Entity {mark}")
    brand = services.add_unit(
        parent_code=entity.code,
        code=f"brand-{mark}",
        name=f"Brand {mark}",
        currency=currency,
        time_zone=time_zone,
    )
    region = services.add_unit(parent_code=brand.code, code=f"region-{mark}", name=f"Region {mark}")
    one = services.add_unit(parent_code=region.code, code=f"dealer-{mark}", name=f"Dealer {mark}")
    other = services.add_unit(parent_code=region.code, code=f"dealer-{mark}-b", name=f"Dealer {mark} B")
    return BrandForTest(
        brand.code,
        entity.entity_no,
        brand.node_no,
        region.node_no,
        one.node_no,
        other.node_no,
        one.code,
        other.code,
    )


def make_staff(unit_code: str, *roles: str) -> Staff:
    """Make a colleague with these roles in a unit; the password is PASSWORD."""
    email = f"{secrets.token_hex(6)}@staff.example.com"
    staff = services.add_staff(email=email, name="Test Colleague", password=PASSWORD, language="en")
    for role in roles:
        services.assign_role(email=email, unit_code=unit_code, role=role)
    return staff


def asked_for(acting: Acting, what: str) -> tuple[UUID, dict[str, Any]]:
    """Return the one request for a second person of that kind: its id, and what was asked."""
    with acting_transaction(acting):
        [one] = Approval.objects.filter(what=what)
    return one.id, one.asked


def deeds_of(acting: Acting, what: str) -> list[DeedRow]:
    """Return the lines of the record of one kind, the latest first."""
    return list(list_deeds(acting, what=what).rows)


def acting_with(key: str, acting: Acting) -> Acting:
    """Return an acting as the program that sends this key."""
    return replace(acting, actor=f"key:{ApiKey.objects.get(start=key[:12]).id}")


def call_brand(node_no: int, *, name: str, name_zh: str, country: str) -> None:
    """Give a brand its names and the country it is in."""
    Unit.objects.filter(node_no=node_no).update(name=name, name_zh=name_zh, country=country)
