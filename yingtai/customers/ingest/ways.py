"""What a brand says about reading its events, remembered for a moment."""

import time

from yingtai.collect.api import plan_of
from yingtai.customers.ingest.building import BrandWays
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.organization.api import UnitNotFound, get_unit_at

KEPT_SECONDS = 3.0
_known: dict[int, tuple[float, BrandWays]] = {}


def ways_of(brand_no: int) -> BrandWays:
    """Return plan, country and currency of a brand, at most a few seconds old."""
    now = time.monotonic()
    known = _known.get(brand_no)
    if known and known[0] > now:
        return known[1]
    try:
        unit = get_unit_at(brand_no << BRAND_SHIFT)
        ways = BrandWays(plan_of(brand_no), unit.country, unit.currency)
    except UnitNotFound:
        ways = BrandWays(plan_of(brand_no), "CN", "")
    _known[brand_no] = (now + KEPT_SECONDS, ways)
    return ways
