"""A draft can be half-finished; a version is finished and never changes."""

import pytest
from django.db import DatabaseError

from yingtai.compliance.testing import signed_in
from yingtai.content import api, queries, services
from yingtai.content.models import TemplateVersion
from yingtai.content.testing import make_template
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.testing import deeds_of


def test_a_version_is_made_of_the_draft_once(acting, brand):
    made = services.create_template(acting, node_no=brand.node_no, name="News")

    first = services.make_version(acting, made.id)
    again = services.make_version(acting, made.id)
    services.change_draft(acting, made.id, name="News", subject="Other", html="<p>x</p>")
    second = services.make_version(acting, made.id)

    assert (first.version, again.id, second.version) == (1, first.id, 2)
    assert queries.get_version(acting, first.id).subject != "Other"


def test_a_version_cannot_be_changed(acting, brand):
    make_template(acting, brand.node_no)

    with pytest.raises(DatabaseError, match="permission denied"), acting_transaction(acting):
        TemplateVersion.objects.update(subject="x")


def test_a_draft_that_cannot_be_read_is_kept_but_makes_no_version(acting, brand):
    made = services.create_template(acting, node_no=brand.node_no, name="News")
    services.change_draft(acting, made.id, name="News", subject="s", html="{% if %}")

    with pytest.raises(api.TemplateNotUnderstood):
        services.make_version(acting, made.id)

    assert queries.get_template(acting, made.id).draft_html == "{% if %}"
    assert queries.list_versions(acting, made.id) == []


def test_two_templates_of_a_brand_do_not_share_a_name(acting, brand):
    names = [services.create_template(acting, node_no=brand.node_no, name="News").name for _ in range(3)]

    assert names == ["News", "News 2", "News 3"]


def test_lists_go_on_where_the_page_before_ended(acting, brand):
    for number in range(60):
        services.create_template(acting, node_no=brand.node_no, name=f"News {number}")

    first = queries.list_templates(acting)
    second = queries.list_templates(acting, after=first.next_cursor)

    assert (len(first.rows), len(second.rows), second.next_cursor) == (50, 10, None)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


def test_a_campaign_may_choose_the_latest_version_of_each_template(acting, brand):
    version = make_template(acting, brand.node_no)
    services.create_template(acting, node_no=brand.node_no, name="Draft only")

    assert [ready.id for ready in api.list_ready(acting)] == [version.id]


def test_a_neighbour_finds_neither_template_nor_version(acting, neighbour_acting, brand):
    version = make_template(acting, brand.node_no)

    assert queries.list_templates(neighbour_acting).rows == []
    with pytest.raises(api.TemplateNotFound):
        queries.get_version(neighbour_acting, version.id)
    with pytest.raises(api.TemplateNotFound):
        services.change_draft(neighbour_acting, version.template_id, name="x", subject="x", html="x")


def test_a_template_without_a_version_is_deleted_and_a_published_one_is_kept(acting, brand):
    marketer = signed_in(brand.code, "marketer")
    draft = services.create_template(acting, node_no=brand.node_no, name="Draft")
    published = make_template(acting, brand.node_no)

    asked = marketer.get(f"/content/{draft.id}/delete").content.decode()
    marketer.post(f"/content/{draft.id}/delete", {"confirm": "yes"})
    refused = marketer.post(f"/content/{published.template_id}/delete", {"confirm": "yes"})

    assert "Nobody can bring the template back" in asked
    assert refused.status_code == 422
    assert "published version" in refused.content.decode()
    assert [row.id for row in queries.list_templates(acting).rows] == [published.template_id]
    assert [one.about for one in deeds_of(acting, "template.deleted")] == ["Draft"]
