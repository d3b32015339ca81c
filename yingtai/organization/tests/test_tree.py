"""The tree of the group, in numbers that make every subtree a range."""

import pytest

from yingtai.kernel.scope import EVERYTHING, Scope, node_no
from yingtai.organization.api import (
    CodeIsTaken,
    UnitNotFound,
    add_unit,
    add_units,
    entity_no_at,
    get_unit,
    get_unit_at,
    list_brands,
    list_units,
    units_at,
)
from yingtai.organization.testing import make_brand


def test_brand_region_and_dealer_share_their_prefix(brand):
    number = brand.node_no >> 40

    assert brand.node_no == node_no(number)
    assert brand.region_no == node_no(number, 1)
    assert (brand.dealer_no, brand.other_dealer_no) == (node_no(number, 1, 1), node_no(number, 1, 2))


def test_many_dealers_are_added_at_once_and_follow_those_that_are_there(brand):
    region = get_unit_at(brand.region_no)
    add_units(parent_code=region.code, units=[(f"{brand.code}-{n}", f"Dealer {n}", "") for n in range(300)])

    dealers = list_units(brand.scope, kind="dealer")
    assert len(dealers) == 302
    assert dealers[-1].node_no == node_no(brand.node_no >> 40, 1, 302)


def test_a_node_is_answered_for_by_the_legal_entity_of_its_brand(brand, neighbour):
    assert entity_no_at(brand.dealer_no) == brand.entity_no
    assert entity_no_at(neighbour.node_no) == neighbour.entity_no != brand.entity_no


def test_a_dealer_knows_its_own_brand_and_no_other(brand, neighbour):
    assert [unit.code for unit in list_brands(Scope.of(brand.dealer_no))] == [brand.code]
    assert {brand.code, neighbour.code} <= {unit.code for unit in list_brands(EVERYTHING)}


def test_codes_are_unique_in_the_group(brand):
    with pytest.raises(CodeIsTaken, match=brand.dealer_code):
        add_unit(parent_code=get_unit_at(brand.region_no).code, code=brand.dealer_code, name="Again")


def test_nothing_stands_below_a_dealer(brand):
    with pytest.raises(UnitNotFound):
        add_unit(parent_code=brand.dealer_code, code=f"{brand.code}-below", name="Below")


def test_names_for_a_list_come_in_one_query(brand, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = units_at([brand.node_no, brand.dealer_no, brand.dealer_no])

    assert {unit.code for unit in found.values()} == {brand.code, brand.dealer_code}


def test_unknown_codes_are_explained():
    with pytest.raises(UnitNotFound, match="no-such-code"):
        get_unit("no-such-code")


def test_time_zone_and_currency_are_inherited():
    brand = make_brand(currency="GBP", time_zone="Europe/London")

    dealer = get_unit(brand.dealer_code)

    assert (dealer.currency, dealer.time_zone) == ("GBP", "Europe/London")
