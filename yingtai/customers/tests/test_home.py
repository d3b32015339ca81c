"""Home shows a dealer their own customers, masked, and says whose they are."""

import pytest

from yingtai.compliance.testing import signed_in
from yingtai.kernel.scope import Scope, is_below_brand, node_no

pytestmark = pytest.mark.usefixtures("lake")


@pytest.mark.parametrize(
    ("node", "is_below"),
    [(node_no(3, 2, 1), True), (node_no(3, 2), True), (node_no(3), False), (0, False)],
    ids=["dealer", "region", "brand", "group"],
)
def test_a_place_inside_a_brand_is_told_from_a_brand(node, is_below):
    assert is_below_brand(Scope.of(node)) is is_below


def test_a_dealer_is_told_of_their_own_customers_and_a_marketer_of_the_brands(brand):
    dealer, marketer = signed_in(brand.dealer_code, "dealer"), signed_in(brand.code, "marketer")

    assert "Your customers, last seen first" in dealer.get("/").content.decode()
    assert "The customers of this place" in dealer.get("/profiles/").content.decode()
    assert "Your customers, last seen first" not in marketer.get("/").content.decode()
    assert "Everyone this brand knows" in marketer.get("/profiles/").content.decode()
