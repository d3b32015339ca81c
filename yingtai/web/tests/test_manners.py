"""What holds at every door of the web: unknown parameters, odd characters, and who may keep an answer."""

import json
import re
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import OperationalError
from django.test import Client

from yingtai.campaigns.testing import launch_and_decide, make_campaign, make_people
from yingtai.lake.errors import LakeDamaged
from yingtai.organization.api import Role, make_api_key
from yingtai.web.api import api

NOW = datetime(2026, 6, 2, tzinfo=UTC)


@pytest.fixture
def key(brand):
    return make_api_key(None, unit_code=brand.code, name="Test", roles=list(Role.values), at=NOW)


@pytest.fixture
def call(key):
    def asked(path, **query):
        return Client().get(f"/api/v1{path}", query, headers={"Authorization": f"Bearer {key}"})

    return asked


def operations():
    paths = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    return [(method, path) for path, found in paths.items() for method in found]


@pytest.mark.parametrize(("method", "path"), operations())
def test_a_parameter_nobody_reads_is_named(method, path, key):
    path = re.sub(r"\{\w+_id\}", "01a21e27-a192-70e3-a720-10b524c09ff8", path).replace(
        "{name}", "insights.orders"
    )

    answer = Client().generic(
        method.upper(), f"{path}?limitt=5", "{}", content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )  # fmt: skip

    assert answer.status_code == 422
    assert answer.json()["field"] == "limitt"


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1000000"])
def test_a_limit_that_cannot_be_is_named(call, limit):
    path = "/audiences/01a21e27-a192-70e3-a720-10b524c09ff8/members"

    assert call(path, limit=limit).status_code == 422


def test_the_range_of_a_metric_is_bounded_by_what_there_is(call, brand):
    for since, until in (("1900-01-01", "2026-12-31"), ("0001-01-01", "9999-12-31")):
        answer = call("/metrics/insights.orders", since=since, until=until)

        assert answer.status_code == 200
        assert answer.json()["rows"] == []
    assert call("/metrics/insights.orders", since="2026-01-01").status_code == 400


def test_metrics_of_a_campaign_answer_by_its_id(call, acting, brand, lake):
    people = make_people(acting, brand.node_no, [f"p{number}@example.com" for number in range(4)])
    campaign = make_campaign(acting, brand.node_no, people)

    assert call("/metrics/campaigns.outcomes").json()["field"] == "about"
    assert call("/metrics/campaigns.outcomes", about=str(campaign.id)).status_code == 409
    launch_and_decide(acting, campaign)
    for name in ("outcomes", "lift", "conversions_by_day"):
        assert call(f"/metrics/campaigns.{name}", about=str(campaign.id)).status_code == 200
    assert call("/metrics/campaigns.lift", about="01a21e27-a192-70e3-a720-10b524c09ff8").status_code == 404
    about = {one["name"] for one in call("/metrics").json() if one["is_about_one_thing"]}
    assert {"campaigns.lift", "campaigns.outcomes"} <= about


@pytest.mark.parametrize(
    "path", ["/profiles/?search=a%00", "/audiences/?search=%00", "/campaigns/?state=%00", "/insights/?period=%00",
             "/content/?search=a%00b&after=%00", "/data/plan/?search=%00", "/compliance/%00", "/?%00=1"],
)  # fmt: skip
def test_a_null_character_in_an_address_is_refused(sign_in, path):
    assert sign_in("marketer").get(path).status_code in {400, 404}


def test_a_null_character_in_a_form_is_refused(sign_in):
    browser = sign_in("marketer")

    for path in (
        "/audiences/new",
        "/data/sources/new",
        "/organization/workplace",
        "/campaigns/new",
        "/ui/language",
    ):
        assert browser.post(path, "name=a%00b&code=%00&language=%00",
                            content_type="application/x-www-form-urlencoded").status_code == 400  # fmt: skip


@pytest.mark.parametrize("text", ["a\\u0000b", "\\\\\\u0000"])
def test_a_null_character_in_a_document_is_refused(key, text):
    answer = Client().post(
        "/api/v1/audiences/count", f'{{"definition": {{"join": "{text}"}}}}', content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )  # fmt: skip

    assert answer.status_code == 400
    assert answer.json()["code"] == "kernel.character-not-storable"


def test_a_text_that_only_speaks_of_a_null_character_passes(key):
    answer = Client().post(
        "/api/v1/audiences/count", json.dumps({"definition": {"join": "all", "parts": [], "x": "\\u0000"}}),
        content_type="application/json", headers={"Authorization": f"Bearer {key}"},
    )  # fmt: skip

    assert answer.status_code != 400


def test_an_odd_cookie_is_nobodys(sign_in):
    browser = sign_in("marketer")

    for cookie in ('sessionid="a\\000b"', 'csrftoken="\\000"; sessionid="\\000"', "sessionid=" + "x" * 5000):
        answer = Client(headers={"cookie": cookie}).get("/")
        assert answer.status_code == 302
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/profiles/", "/audiences/", "/insights/", "/data/sources/", "/compliance/"]
)
def test_no_proxy_and_no_shared_computer_keeps_what_somebody_was_shown(sign_in, path):
    answer = sign_in("brand_manager").get(path)

    assert set(answer["Cache-Control"].split(", ")) >= {"private", "no-store"}


def test_no_answer_of_the_api_is_kept(call):
    assert "no-store" in call("/audiences")["Cache-Control"]


def _raises(trouble):
    def ask(*_, **__):
        raise trouble from trouble.__cause__

    return ask


@pytest.mark.parametrize("path", ["/", "/api/v1/audiences"])
@pytest.mark.parametrize("connects", [True, False])
def test_a_database_that_is_away_is_said_to_be_away(sign_in, key, monkeypatch, path, connects):
    """Whether a page of someone signed in meets it, or already the question who that is."""
    browser = sign_in()
    browser.raise_request_exception = False
    refused = OperationalError("connection failed: the database system is shutting down")
    refused.__cause__ = psycopg.OperationalError(str(refused))
    if connects:
        monkeypatch.setattr("yingtai.web.views.home_todos.all", lambda: [_raises(refused)])
        monkeypatch.setattr("yingtai.audiences.endpoints.queries.list_audiences", _raises(refused))
    else:
        monkeypatch.setattr("django.db.backends.utils.CursorWrapper.execute", _raises(refused))

    answer = browser.get(path, headers={"accept-language": "en", "Authorization": f"Bearer {key}"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "The database does not answer just now" in answer.content.decode()
    assert ("application/problem+json" in answer["Content-Type"]) == path.startswith("/api/")


@pytest.mark.parametrize("path", ["/", "/api/v1/audiences"])
def test_a_page_that_needs_a_damaged_file_says_what_is_to_be_done_and_names_no_place(
    sign_in, key, monkeypatch, path
):
    browser = sign_in()
    browser.raise_request_exception = False
    damaged = LakeDamaged(
        "a file of the lake cannot be read: /srv/yingtai/lake/events/day=2026-03-02/a.parquet"
    )
    monkeypatch.setattr("yingtai.web.views.home_todos.all", lambda: [_raises(damaged)])
    monkeypatch.setattr("yingtai.audiences.endpoints.queries.list_audiences", _raises(damaged))

    answer = browser.get(path, headers={"accept-language": "en", "Authorization": f"Bearer {key}"})

    said = answer.content.decode()
    assert (answer.status_code, "/srv/" in said) == (503, False)
    assert "Some stored events cannot be read just now" in said


@pytest.mark.parametrize("cause", [psycopg.errors.QueryCanceled(), psycopg.errors.DeadlockDetected()])
def test_a_question_that_took_too_long_is_a_bug_with_a_reference(sign_in, key, monkeypatch, cause):
    trouble = OperationalError()
    trouble.__cause__ = cause
    monkeypatch.setattr("yingtai.audiences.endpoints.queries.list_audiences", _raises(trouble))

    browser = Client(raise_request_exception=False)
    answer = browser.get("/api/v1/audiences", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == 500
    assert re.fullmatch("[0-9a-f]{12}", answer.json()["reference"])
