"""Which node of the organization a page of Data is about."""

from yingtai.kernel.http import ActingRequest
from yingtai.kernel.scope import brand_node
from yingtai.organization.api import NoWorkplace, UnitView, get_unit_at, list_brands


def unit_of(request: ActingRequest) -> UnitView:
    """Return the brand, region or dealer somebody works in; from above, the earliest brand.

    Raises: NoWorkplace
    """
    workplace = getattr(request, "workplace", None)
    if workplace is not None and workplace.unit.node_no:
        found: UnitView = workplace.unit
        return found
    brands = list_brands(request.acting.scope)
    if not brands:
        raise NoWorkplace
    return brands[0]


def node_of(request: ActingRequest) -> int:
    """Return the number of the unit somebody works in."""
    return unit_of(request).node_no or 0


def zones_of(request: ActingRequest) -> list[str]:
    """Return the time zones of the unit somebody works in and of all brands they see."""
    return [unit_of(request).time_zone, *(brand.time_zone for brand in list_brands(request.acting.scope))]


def brand_of_page(request: ActingRequest) -> UnitView:
    """Return the brand above the unit somebody works in."""
    return get_unit_at(brand_node(node_of(request)))
