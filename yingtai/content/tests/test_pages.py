"""The editor keeps what is typed and shows what it will look like."""

import re
import secrets
from uuid import uuid4

import pyarrow as pa
import pytest
from django.utils import translation

from yingtai.collect.api import declare_preset, ensure_source
from yingtai.compliance.testing import signed_in
from yingtai.content import queries
from yingtai.content.examples import examples
from yingtai.content.people import invented_values
from yingtai.content.rendering import compile_template
from yingtai.content.testing import HTML, SUBJECT, make_template
from yingtai.customers import api as customers
from yingtai.customers.api import whole_name
from yingtai.kernel.acting import system
from yingtai.kernel.scope import EVERYTHING

DRAFT = {"name": "News", "basis": "consent", "subject": SUBJECT, "html": HTML}


@pytest.fixture
def marketer(brand):
    return signed_in(brand.code, "marketer")


@pytest.fixture
def anna(acting, brand, lake):
    """Somebody who gave an e-mail address and a first name, which is private."""
    source = ensure_source(acting, brand.node_no, name="Shop", kind="import")
    row = {
        "message_hash": pa.array([secrets.token_bytes(16)], pa.binary(16)),
        "kind": ["identify"],
        "event": ["Identified"],
        "occurred_at": [acting.at],
        "received_at": [acting.at],
        "node_no": [brand.node_no],
        "source_no": pa.array([source.source_no], pa.int32()),
        "id_email": ["anna@example.com"],
        "private_traits": ['{"firstName": "Anna"}'],
    }
    customers.load_sets(
        system("test", EVERYTHING, acting.at),
        source_no=source.source_no,
        load_id=secrets.token_hex(6),
        sets=[customers.EventSet.of(pa.table(row))],
    )


def test_the_list_says_what_to_do_first(marketer):
    text = marketer.get("/content/").content.decode()

    assert "No template yet" in text


def test_a_new_template_opens_in_the_editor_with_a_preview(marketer, acting):
    page = marketer.post("/content/new", follow=True)

    text = page.content.decode()
    [made] = queries.list_templates(acting).rows
    assert f"/content/{made.id}/preview" in text
    assert "an invented person" in text
    assert "https://www.example.com/" in text


def test_typing_keeps_the_draft_and_answers_with_the_check_alone(marketer, acting, brand):
    made = make_template(acting, brand.node_no)
    declare_preset(acting, brand.node_no, "commerce")
    html = "<p>No link, {{ person.first_name }}</p>"
    typed = {
        "name": "News",
        "subject": "Hi {{ person.nickname }} {{ person.frst_name }} {{ person.nmae }}",
        "html": html,
    }

    answer = marketer.post(f"/content/{made.template_id}/draft", typed, headers={"HX-Request": "true"})

    text = answer.content.decode()
    assert text.lstrip().startswith('<div id="check"')
    assert "Hi [nickname]" in text
    assert "Nobody of this brand has a value person.nickname" in text
    assert "person.frst_name. Known are: first_name, " in text
    assert re.findall(r"person.nmae. Known are: (\w+)", text) == ["name"]
    assert "value person.first_name" not in text
    assert "There is no link to unsubscribe" in text
    assert queries.get_template(acting, made.template_id).draft_html == html


def test_a_name_that_no_mail_has_is_answered_with_the_one_that_was_meant(marketer, acting, brand):
    made = make_template(acting, brand.node_no)
    typed = {"name": "News", "subject": "Hi", "html": "<p>{{ persn.city }}</p>"}

    answer = marketer.post(f"/content/{made.template_id}/draft", typed, headers={"HX-Request": "true"})

    assert "Nobody has a value called persn.city. Did you mean person.city?" in answer.content.decode()


def test_what_cannot_be_read_is_said_beside_the_preview(marketer, acting, brand):
    made = make_template(acting, brand.node_no)
    typed = {"name": "News", "subject": "x", "html": "one\n{% if %}"}

    answer = marketer.post(f"/content/{made.template_id}/versions", typed)

    assert answer.status_code == 422
    assert "Line 2 of the HTML cannot be read" in answer.content.decode()


def test_a_version_is_made_and_shown(marketer, acting, brand):
    made = make_template(acting, brand.node_no)
    typed = {"name": "News", "subject": "Second", "html": "<p>Two</p>"}

    page = marketer.post(f"/content/{made.template_id}/versions", typed, follow=True)

    assert "News, version 2" in page.content.decode()


def test_a_marketer_sees_a_person_masked_and_a_brand_manager_in_the_clear(marketer, acting, brand, anna):
    made = make_template(acting, brand.node_no)
    url, typed = f"/content/{made.template_id}/draft", DRAFT | {"as": "anna@example.com"}
    manager = signed_in(brand.code, "brand_manager")

    masked = marketer.post(url, typed).content.decode()
    clear = manager.post(url, typed).content.decode()

    assert "News for Anna" not in masked
    assert "private values are masked for your role" in masked
    assert "News for Anna" in clear


def test_nobody_found_is_said(marketer, acting, brand, anna):
    made = make_template(acting, brand.node_no)

    typed = DRAFT | {"as": "bert@example.com"}
    text = marketer.post(f"/content/{made.template_id}/draft", typed).content.decode()

    assert "Nobody was found" in text


def test_the_frame_is_asked_by_id_and_never_by_what_was_typed(marketer, acting, brand, anna):
    made = make_template(acting, brand.node_no)
    page = f"/content/{made.template_id}/"
    text = marketer.post(f"{page}draft", DRAFT | {"as": "anna@example.com"}).content.decode()

    [source] = re.findall(r'src="([^"]*preview[^"]*)"', text)
    assert "anna" not in source
    assert marketer.get(source.replace("&amp;", "&")).status_code == 200
    assert marketer.get(f"{page}?as=anna@example.com").status_code == 400
    assert marketer.get(f"{page}preview?as=anna@example.com").status_code == 400


def test_the_mail_in_the_frame_may_run_nothing(marketer, acting, brand):
    made = make_template(acting, brand.node_no, html="<p style='color:red'>x</p>")

    answer = marketer.get(f"/content/{made.template_id}/preview")

    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


def test_archiving_asks_first(marketer, acting, brand):
    made = make_template(acting, brand.node_no)

    asked = marketer.get(f"/content/{made.template_id}/archive").content.decode()
    marketer.post(f"/content/{made.template_id}/archive", {"confirm": "yes"})

    assert "Campaigns that use a version of it keep it." in asked
    assert queries.list_templates(acting).rows == []


def test_a_neighbour_finds_nothing(acting, brand, neighbour):
    made = make_template(acting, brand.node_no)
    stranger = signed_in(neighbour.code, "marketer")

    for path in ("", "preview", "archive"):
        assert stranger.get(f"/content/{made.template_id}/{path}").status_code == 404
    assert stranger.get(f"/content/versions/{made.id}/").status_code == 404
    assert stranger.get(f"/content/versions/{made.id}/preview").status_code == 404


def test_an_auditor_may_look_but_not_write(acting, brand):
    made = make_template(acting, brand.node_no)
    auditor = signed_in(brand.code, "auditor")

    assert auditor.get(f"/content/{made.template_id}/").status_code == 200
    assert (
        auditor.post(
            f"/content/{made.template_id}/draft", {"name": "x", "subject": "x", "html": "x"}
        ).status_code
        == 403
    )


def test_a_preview_as_a_person_is_recorded_and_tells_an_analyst_nothing(brand, acting, anna):
    template = make_template(acting, brand.node_no, html="<p>{{ person.email | default: 'none' }}</p>")
    manager, analyst = signed_in(brand.code, "brand_manager"), signed_in(brand.code, "analyst")
    preview = f"/content/{template.template_id}/preview"

    [known] = customers.find_profiles(acting, "anna@example.com")

    shown = manager.get(preview, {"as": known.id}).content.decode()
    there, elsewhere = (analyst.get(preview, {"as": who}).content for who in (known.id, uuid4()))

    assert "anna@example.com" in shown
    assert there == elsewhere
    record = signed_in(brand.code, "auditor").get("/organization/record/").content.decode()
    assert record.count("preview: email") == 1


def test_what_somebody_else_typed_meanwhile_is_not_overwritten_unseen(marketer, acting, brand):
    made = make_template(acting, brand.node_no)
    url, htmx = f"/content/{made.template_id}/draft", {"HX-Request": "true", "Accept-Language": "en"}
    typed = {"name": "News", "subject": "One", "html": "<p>One</p>"}
    seen = queries.get_template(acting, made.template_id).changed_at.isoformat()

    typed["opened"] = str(uuid4())
    first = marketer.post(url, typed | {"seen": seen}, headers=htmx)
    # The form keeps itself while somebody types: what is still on its way is their own.
    own = marketer.post(url, typed | {"seen": seen}, headers=htmx)
    typed["opened"] = str(uuid4())
    other = signed_in(brand.code, "marketer")
    late = other.post(url, typed | {"subject": "Two", "seen": seen}, headers=htmx)
    again = other.post(url, typed | {"subject": "Three", "seen": seen}, headers=htmx)

    changed_at = queries.get_template(acting, made.template_id).changed_at.isoformat()
    assert [one.status_code for one in (first, own, late, again)] == [200, 200, 409, 409]
    carried = '<input type="hidden" form="draft" name="seen" value="%s">'
    assert carried % changed_at in own.content.decode()
    assert carried % seen in late.content.decode()
    assert "changed this at" in late.content.decode()
    assert queries.get_template(acting, made.template_id).draft_subject == "One"
    assert other.post(url, typed | {"subject": "Two", "seen": changed_at}, headers=htmx).status_code == 200
    assert queries.get_template(acting, made.template_id).draft_subject == "Two"


def test_two_tabs_of_one_person_do_not_overwrite_each_other_unseen(marketer, acting, brand):
    made = make_template(acting, brand.node_no)
    page = f"/content/{made.template_id}/"
    one, two = (hidden_of(marketer.get(page)) for _tab in range(2))
    htmx = {"HX-Request": "true", "Accept-Language": "en"}
    first = {"name": "Spring", "subject": "One", "html": "<p>One</p>"} | one
    second = {"name": "News", "subject": "Two", "html": "<p>Two</p>"} | two

    kept = marketer.post(page + "draft", first, headers=htmx)
    late = marketer.post(page + "draft", second, headers=htmx)
    published = marketer.post(page + "versions", second, headers=htmx)
    typed_on = marketer.post(page + "draft", first | {"name": "Spring 2"}, headers=htmx)

    assert [each.status_code for each in (kept, late, published, typed_on)] == [200, 409, 409, 200]
    assert one["opened"] != two["opened"]
    assert "You, in another tab or window, changed this at" in late.content.decode()
    assert queries.get_template(acting, made.template_id).name == "Spring 2"


def test_examples_and_the_invented_person_speak_the_readers_language(acting, brand):
    made = make_template(acting, brand.node_no)
    with translation.override("zh-hans"):
        values = invented_values(["name", "first_name", "city"])
        shown = [code for code, _words in examples()]
        whole = compile_template("x", shown[0]).render({"person": values})
        day = compile_template("x", '{{ person.birthday | date: "%Y年%m月%d日" }}')
        rendered = day.render({"person": {"birthday": "1990-05-17"}})
    page = signed_in(brand.code, "marketer").get(f"/content/{made.template_id}/").content.decode()

    assert (values["name"], values["city"], whole.html) == ("王小明", "上海", "王小明")
    assert rendered.html == "1990年05月17日"
    assert "files with only a whole name do not bring" in page


def test_a_whole_name_is_made_of_its_parts_as_its_script_does(acting, brand, anna):
    [known] = customers.find_profiles(acting, "anna@example.com")

    assert customers.values_of(acting, [known.profile_no], ["name"]) == {known.profile_no: {"name": "Anna"}}
    assert (whole_name("小明", "王"), whole_name("Anna", "Example")) == ("王小明", "Anna Example")


def hidden_of(answer) -> dict[str, str]:
    """What a form carries without being asked."""
    return dict(re.findall(r'name="(seen|opened)" value="([^"]+)"', answer.content.decode()))
