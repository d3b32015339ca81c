"""Templates are archived, restored and copied, several at once; the list is sorted and says what is where."""

import re
from uuid import uuid4

from yingtai.compliance.testing import signed_in
from yingtai.content import queries, services


def names_on(page):
    return re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]*)<', page)


def test_several_templates_are_archived_and_come_back_under_names_of_their_own(acting, brand):
    one, two = (services.create_template(acting, node_no=brand.node_no, name=name) for name in ("One", "Two"))
    marketer = signed_in(brand.code, "marketer")
    page = marketer.post("/content/several", {"do": "archive", "chosen": [one.id, "x"]}, follow=True)
    assert "1 archived." in page.content.decode()
    assert names_on(page.content.decode()) == ["Two"]
    assert names_on(marketer.get("/content/?show=archived").content.decode()) == ["One"]
    services.create_template(acting, node_no=brand.node_no, name="One")
    marketer.post("/content/several", {"do": "restore", "chosen": [one.id]})
    assert names_on(marketer.get("/content/?sort=name").content.decode()) == ["One", "One 2", "Two"]
    assert queries.get_template(acting, one.id).name == "One 2"
    assert two.id != one.id


def test_a_copy_has_the_draft_and_the_basis_of_its_source(acting, brand):
    source = services.create_template(
        acting,
        node_no=brand.node_no,
        name="Order",
        subject="Your order",
        html="<p>On its way</p>",
        basis="contract",
    )
    marketer = signed_in(brand.code, "marketer")
    for _time in range(2):
        marketer.post(f"/content/{source.id}/copy")
    copies = [row for row in queries.list_templates(acting, sort="name").rows if row.id != source.id]
    assert [copy.name for copy in copies] == ["Order copy", "Order copy 2"]
    assert {(copy.draft_subject, copy.basis) for copy in copies} == {("Your order", "contract")}
    assert queries.get_template(acting, copies[0].id).draft_html == "<p>On its way</p>"


def test_pages_of_every_order_hold_every_template_once(acting, brand):
    for number in range(60):
        services.create_template(acting, node_no=brand.node_no, name=f"News {number:02}")
    for sort in ("name", "-name", "changed", "-changed", "version"):
        first = queries.list_templates(acting, sort=sort)
        second = queries.list_templates(acting, sort=sort, after=first.next_cursor)
        assert len({row.id for row in [*first.rows, *second.rows]}) == 60
        assert first.total == 60


def test_what_was_not_found_is_not_said_to_be_archived(brand):
    marketer = signed_in(brand.code, "marketer")
    page = marketer.post(
        "/content/several", {"do": "archive", "chosen": [uuid4()]}, follow=True
    ).content.decode()

    assert "archived." not in page
    assert "We could not find that template" in page
