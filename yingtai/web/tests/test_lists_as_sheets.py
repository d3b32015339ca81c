"""Lists are taken along as CSV: the rows as they are shown, and no more than are said."""

import csv
from io import StringIO

import pytest

from yingtai.audiences.api import create_audience
from yingtai.compliance.api import install_standard_purposes
from yingtai.compliance.testing import signed_in
from yingtai.ui import sheets

EVERYONE = {"join": "all", "parts": []}
LISTS = [
    ("marketer", "/audiences/"), ("marketer", "/campaigns/"), ("marketer", "/campaigns/senders/"),
    ("marketer", "/content/"), ("marketer", "/data/sources/"), ("marketer", "/data/imports/"),
    ("compliance_officer", "/compliance/"), ("administrator", "/organization/staff/"),
    ("administrator", "/organization/approvals/"), ("auditor", "/organization/record/"),
]  # fmt: skip


def taken(client, url):
    answer = client.get(url, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer["Cache-Control"] == "private, no-store"
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))


@pytest.fixture
def marketer(brand):
    return signed_in(brand.code, "marketer")


def test_the_file_has_the_rows_and_columns_of_the_page_filtered_and_sorted_alike(marketer, acting, brand):
    for name in ("Tea & <b>", "=Tea()", "Coffee"):
        create_audience(acting, node_no=brand.node_no, name=name, definition=EVERYONE)
    marketer.post("/ui/columns", {"list": "audiences", "column": ["people", "state"]})

    page = marketer.get("/audiences/?search=tea&sort=-name").content.decode()
    found = taken(marketer, "/audiences/?search=tea&sort=-name&as=csv")

    assert 'href="/audiences/?search=tea&amp;sort=-name&amp;as=csv"' in page
    assert [row[:2] for row in found] == [
        ["Name", "State"], ["Tea & <b>", "Being looked up"], ["'=Tea()", "Being looked up"],
    ]  # fmt: skip
    assert found[0] == ["Name", "State", "People"]


def test_all_pages_are_in_it_up_to_so_many_rows_and_the_rest_is_spoken_of(
    marketer, acting, brand, monkeypatch
):
    for number in range(60):
        create_audience(acting, node_no=brand.node_no, name=f"n{number:02}", definition=EVERYONE)

    whole = taken(marketer, "/audiences/?sort=name&as=csv")
    monkeypatch.setattr(sheets, "MOST_ROWS", 55)
    cut = taken(marketer, "/audiences/?sort=name&as=csv")

    assert [row[0] for row in whole[1:]] == [f"n{number:02}" for number in range(60)]
    assert [row[0] for row in cut[1:-1]] == [f"n{number:02}" for number in range(55)]
    assert cut[-1] == ["Only the first 55 rows are in this file."]


@pytest.mark.parametrize(("role", "url"), LISTS)
def test_every_list_offers_it_and_the_file_has_the_columns_of_the_page(role, url, acting, brand):
    create_audience(acting, node_no=brand.node_no, name="One", definition=EVERYONE)
    install_standard_purposes(acting, node_no=brand.node_no)
    client = signed_in(brand.code, role)
    assert "as=csv" in client.get(url).content.decode()
    assert all(taken(client, f"{url}?as=csv")[0])


def test_what_a_page_refuses_its_file_refuses(brand):
    assert signed_in(brand.code, "dealer").get("/audiences/?as=csv").status_code == 403
