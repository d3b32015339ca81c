"""Lines that came before: what was said last counts, nothing is lost without a word, and nothing doubles."""

from datetime import timedelta

import pytest

from yingtai.collect.api import Declared, declare
from yingtai.customers.api import find_profiles
from yingtai.customers.testing import Profile, private_traits_of
from yingtai.customers.tests.test_importing import ORDERS, run
from yingtai.kernel.labels import Label
from yingtai.kernel.scoping import acting_transaction
from yingtai.lake import api as lake

pytestmark = pytest.mark.usefixtures("lake")
PEOPLE = """
shape = "profiles"
source = "Book"
time_zone = "Asia/Shanghai"
[person]
email = "email"
[traits]
city = "city"
wish = "wish"
"""
NO_PREFIX = ORDERS.replace('[refunds]\nprefix = "C"\n', "")
HEADS = "no,at,code,name,qty,price,who,country\n"
BOUGHT = "1001,2025-07-01 10:00:00,A1,Mug,2,2.50,17850,France\n"


def files(acting, brand, lines, heads="email,city,wish\n", mapping=PEOPLE):
    """Import a file of each of these lines, an hour apart, and return the reports."""
    return [
        run(
            acting.at_time(acting.at + timedelta(hours=hour)), brand, heads + line, mapping, load_id=f"{hour}"
        )
        for hour, line in enumerate(lines)
    ]


def city_of(acting, email, *, is_known):
    [found] = find_profiles(acting, email)
    with acting_transaction(acting):
        if is_known:
            return Profile.objects.get(profile_no=found.profile_no).traits["city"][0]
        return private_traits_of([found.profile_no])[found.profile_no]["city"][0]


def orders(acting):
    rows = lake.scoped(acting.scope).query(
        "SELECT event, order_id, amount_minor FROM events WHERE order_id IS NOT NULL ORDER BY amount_minor DESC"
    )
    return [tuple(row.values()) for row in rows.to_pylist()]


@pytest.mark.parametrize("is_known", [True, False])
def test_what_a_file_says_last_of_somebody_counts_also_in_the_same_words(acting, brand, is_known):
    if is_known:
        declare(acting, brand.node_no, [Declared("trait", "", "city", label=Label.L2)])
    cities = ["Beijing", "Shanghai", "Beijing", "Beijing"]

    reports = files(acting, brand, [f"anna@example.com,{city},peace\n" for city in cities])

    assert [report.repeats for report in reports] == [0, 0, 0, 1]
    assert city_of(acting, "anna@example.com", is_known=is_known) == "Beijing"


def test_what_comes_back_later_under_the_number_of_its_order_is_counted_once(acting, brand):
    back = "1001,2025-07-09 10:00:00,A1,Mug,-1,2.50,17850,France\n"

    reports = files(acting, brand, [BOUGHT, back, back], HEADS, NO_PREFIX)

    assert orders(acting) == [("Order Completed", "1001", 500), ("Order Refunded", "1001", -250)]
    assert [report.repeats for report in reports] == [0, 0, 1]


def test_the_second_half_of_a_cut_export_is_told_of(acting, brand):
    half = "1001,2025-07-01 10:00:00,B2,Cup,1,9.00,17850,France\n"

    _, cut, again = files(acting, brand, [BOUGHT, half, BOUGHT], HEADS, NO_PREFIX)

    assert orders(acting) == [("Order Completed", "1001", 500)]
    assert (cut.repeats, dict(cut.noted)) == (1, {"customers.order-came-differently": 1})
    assert (again.repeats, dict(again.noted)) == (1, {})
