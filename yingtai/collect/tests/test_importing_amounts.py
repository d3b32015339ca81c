"""What the amounts of a file add up to, and which of them cannot be or need a second look."""

from uuid import uuid4

import pytest

from yingtai.collect.queries.imports import ImportView, get_import, list_imports
from yingtai.collect.services.imports import check_import
from yingtai.collect.tests.files import EVENTS, ORDER_HEADER, ORDERS, read
from yingtai.collect.tests.test_pages import CSV, columns_of, text_of, upload
from yingtai.collect.views.import_report import reads_amounts
from yingtai.kernel.tasks import progress
from yingtai.kernel.testing import MONDAY, make_acting


def test_a_phone_number_is_no_price_and_no_quantity():
    bad = (
        "1,2025-07-01,A1,1,13855000037,1,,\n"
        "2,2025-07-01,A1,1,+86 138 5500 0037,1,,\n"
        "3,2025-07-01,A1,1,1.3855000037E10,1,,\n"
        "4,2025-07-01,A1,13855000037.0,1,1,,\n"
        "5,2025-07-01,A1,1,015112345678,1,,\n"
        "6,2025-07-01,A1,1,13855000037.00,1,,\n"
        "7,2025-07-01,A1,1,12345678901,1,,\n"
        "8,2025-07-01,A1,1,(13855000038.000),1,,\n"
    )

    rows, opened = read(ORDER_HEADER + bad, ORDERS)

    assert [row["amount_minor"] for row in rows] == [1_234_567_890_100]
    phone = "collect.number-is-a-phone-number"
    assert [(one.line, one.column, one.reason) for one in opened.report.first] == [
        (5, "qty", phone), (2, "price", phone), (3, "price", phone), (4, "price", phone), (6, "price", phone),
        (7, "price", phone), (9, "price", phone),
    ]  # fmt: skip
    assert not any("5500003" in one.masked for one in opened.report.first)


def test_a_quantity_of_zero_is_no_order_while_presents_and_returns_are():
    lines = "1,2025-07-01,A1,0,50,1,,\n2,2025-07-01,A1,0.0,50,1,,\n3,2025-07-01,A1,1,0,1,,\n4,2025-07-01,A1,-1,50,1,,\n"

    rows, opened = read(ORDER_HEADER + lines, ORDERS)

    assert [(row["order_id"], row["amount_minor"]) for row in rows] == [("3", 0), ("4", -5_000)]
    assert [(one.line, one.column, one.reason) for one in opened.report.first] == [
        (2, "qty", "collect.quantity-is-zero"), (3, "qty", "collect.quantity-is-zero"),
    ]  # fmt: skip


def test_the_report_says_what_amounts_add_up_to_and_which_are_very_large():
    usual = "".join(f"{number},2025-07-01,A1,2,50,1,,\n" for number in range(1, 10))
    odd = "C10,2025-07-01,A1,1,30,1,,\n11,2025-07-01,A1,1,2000000,1,,\n12,2025-07-01,A1,1,0,1,,\n"

    _rows, opened = read(ORDER_HEADER + usual + odd, ORDERS)

    assert opened.report.document()["amounts"] == [
        {
            "currency": "GBP", "count": 11, "sum_minor": 200_087_000, "largest_minor": 200_000_000,
            "largest_line": 12, "unsure": 1, "first_unsure": [{"amount_minor": 200_000_000, "line": 12}],
        }
    ]  # fmt: skip


@pytest.mark.parametrize("price", ['"13,855,000,037.00"', "13855000037.5", "1385500003.7", "138550000.37"])
def test_of_an_amount_with_the_digits_of_a_phone_number_only_the_line_is_told(price):
    _rows, opened = read(ORDER_HEADER + f"1,2025-07-01,A1,1,{price},1,,\n2,2025-07-01,A1,1,20,1,,\n", ORDERS)

    assert opened.report.document()["amounts"] == [
        {
            "currency": "GBP", "count": 2, "sum_minor": None, "largest_minor": None, "largest_line": 2, "unsure": 1,
            "first_unsure": [{"amount_minor": None, "line": 2}],
        }
    ]  # fmt: skip


def test_large_amounts_among_their_like_need_no_second_look():
    cars = "".join(f"{number},2025-07-01,A1,1,1500000,1,,\n" for number in range(1, 10))

    _rows, opened = read(ORDER_HEADER + cars, ORDERS)

    assert [one["unsure"] for one in opened.report.document()["amounts"]] == [0]


def test_amounts_of_orders_among_events_are_added_up_by_currency():
    text = (
        "action,at,amount,who,coupon,money\n"
        "Order Completed,2025-07-01,12,anna,,CNY\n"
        "Order Refunded,2025-07-01,2,anna,,CNY\n"
        "Product Viewed,2025-07-01,99,anna,,CNY\n"
        "Order Completed,2025-07-01,20000000000,anna,,JPY\n"
    )

    _rows, opened = read(text, EVENTS | {"event": EVENTS["event"] | {"currency": "money"}})

    found = opened.report.document()["amounts"]
    assert [(one["currency"], one["sum_minor"], one["largest_line"], one["unsure"]) for one in found] == [
        ("CNY", 1_000, 2, 0),
        ("JPY", 20_000_000_000, 5, 1),
    ]


def checked(client, acting, price):
    """Upload orders of which one has this price, and read them without loading; return the page of the import."""
    lines = "".join(f"{number},2025-07-01 10:00,A1,1,5.00,{number},France\r\n" for number in range(1, 9))
    odd = f"9,2025-07-01 10:00,A1,1,{price},9,France\r\n"
    made = upload(client, (CSV.splitlines()[0] + "\r\n" + lines + odd).encode(), "orders.csv")
    whole = {"shape": "order-lines", "source": "Shop", "time_zone": "UTC", "currency": "GBP"}
    client.post(made.url, whole | columns_of(client.get(made.url)))
    (found,) = list_imports(acting).rows
    with progress(acting, found.task_id) as following:
        check_import(acting, found.id)
        following.end("done", result={})
    return f"/data/imports/{found.id}/"


def test_amounts_are_told_to_who_loads_the_file_and_to_who_reads_money(brand, sign_in, acting):
    loader = sign_in("integrator")
    here = checked(loader, acting, "4750000")

    for client in (loader, sign_in("marketer")):
        page = text_of(client.get(here))
        assert "£4,750,040.00" in page
        assert "Line 10: £4,750,000.00" in page
    for role in ("administrator", "integrator"):
        page = text_of(sign_in(role).get(here))
        assert "4,750," not in page
        assert "£" not in page
        assert "<li>Line 10</li>" in page


@pytest.mark.parametrize(
    ("roles", "is_told"),
    [
        (("marketer",), True), (("brand_manager",), True), (("compliance_officer",), True),
        (("administrator", "executive"), True), (("administrator",), False), (("operator",), False),
        (("auditor",), False), (("analyst",), False), (("integrator",), False), (("administrator", "dealer"), False),
    ],
)  # fmt: skip
def test_amounts_of_a_colleagues_file_are_for_whom_exact_sums_are(roles, is_told):
    found = ImportView(
        uuid4(), 1, "done", "", 0, None, None, None, None, None, False, "somebody else", MONDAY, None
    )

    assert reads_amounts(make_acting(1, roles=roles), found) is is_told


def test_a_phone_number_among_the_amounts_is_shown_to_nobody(marketer, acting):
    page = text_of(marketer.get(checked(marketer, acting, '"13,855,000,037.00"')))

    assert "13,855,000,0" not in page
    assert "Line 10: its digits are those of a phone number" in page
    assert "Not shown: its digits are those of a phone number" in page


def test_very_large_amounts_are_imported_when_somebody_says_that_they_are_right(marketer, acting):
    usual = "".join(f"{number},2025-07-01 10:00,A1,1,5.00,{number},France\r\n" for number in range(1, 9))
    head = CSV.splitlines()[0] + "\r\n"
    made = upload(
        marketer, (head + usual + "9,2025-07-01 10:00,A1,1,4750000,9,France\r\n").encode(), "big.csv"
    )
    whole = {"shape": "order-lines", "source": "Shop", "time_zone": "UTC", "currency": "GBP"}
    marketer.post(made.url, whole | columns_of(marketer.get(made.url)))
    (found,) = list_imports(acting).rows
    with progress(acting, found.task_id) as following:
        check_import(acting, found.id)
        following.end("done", result={})

    page = text_of(marketer.get(f"/data/imports/{found.id}/"))
    assert "£4,750,040.00" in page
    assert "Line 10: £4,750,000.00" in page
    assert 'name="amounts" value="yes" required' in page
    refused = marketer.post(f"/data/imports/{found.id}/run")
    assert refused.status_code == 409
    assert "nobody has said that they are right" in text_of(refused)

    assert marketer.post(f"/data/imports/{found.id}/run", {"amounts": "yes"}).status_code == 302
    assert get_import(acting, found.id).state == "queued"
