"""Consent over the API: one answer, a batch, and what holds now."""

import json

import pytest
from django.test import Client

from yingtai.compliance import api, people
from yingtai.compliance.testing import make_purposes, new_profile_no
from yingtai.kernel.ids import uuid7
from yingtai.organization.api import make_api_key
from yingtai.organization.testing import MONDAY


@pytest.fixture
def program(acting, brand):
    make_purposes(acting, brand.node_no)
    key = make_api_key(None, unit_code=brand.code, name="Shop", roles=["integrator"], at=MONDAY)
    return Client(headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def anna(brand):
    """A person whose public id leads to a profile number; customers installs the real finder."""
    anna_id, profile_no = uuid7(), new_profile_no()
    before = people._installed.finder
    api.install_people(lambda acting, ids: {anna_id: (profile_no, brand.node_no)} if anna_id in ids else {})
    yield anna_id, profile_no
    people._installed.finder = before


def post(program, body):
    return program.post("/api/v1/consents", json.dumps(body), content_type="application/json")


def test_an_answer_is_recorded_and_read_back(program, anna, acting):
    anna_id, profile_no = anna
    answer = {
        "profile_id": str(anna_id), "purpose": "marketing.email", "channel": "email", "status": "granted",
        "notice_version": 1, "evidence": {"form": "newsletter"},
    }  # fmt: skip

    done = post(program, answer)
    held = program.get(f"/api/v1/consents/{anna_id}").json()

    assert (done.status_code, done.json()) == (201, {"recorded": 1, "changed": 1, "before_erasure": 0})
    assert [(row["purpose"], row["status"], row["source"]) for row in held] == [
        ("marketing.email", "granted", "api")
    ]
    assert [view.status for view in api.consents_of(acting, profile_no)] == ["granted"]


def test_a_batch_is_kept_as_a_whole_or_not_at_all(program, anna, acting):
    anna_id, profile_no = anna
    good = {"profile_id": str(anna_id), "purpose": "marketing.email", "channel": "email", "status": "granted"}

    refused = post(program, {"consents": [good, good | {"purpose": "marketing.pigeon"}]})
    missing = post(program, {"consents": [good, good | {"profile_id": str(uuid7())}]})

    assert (refused.status_code, refused.json()["code"]) == (404, "compliance.purpose-not-found")
    assert (missing.status_code, missing.json()["code"]) == (404, "compliance.person-not-found")
    assert api.consents_of(acting, profile_no) == []


def test_a_request_without_a_key_or_with_an_unknown_field_is_refused(program, anna):
    anna_id, _ = anna
    good = {"profile_id": str(anna_id), "purpose": "marketing.email", "channel": "email", "status": "granted"}

    assert post(Client(), good).status_code == 401
    assert post(program, good | {"consent": True}).status_code == 422
    assert post(program, good | {"status": "perhaps"}).json()["code"] == "compliance.status-not-understood"


@pytest.mark.parametrize("field", ["source", "recipient"])
def test_an_address_in_a_field_for_names_is_refused(program, anna, acting, field):
    anna_id, profile_no = anna
    good = {"profile_id": str(anna_id), "purpose": "marketing.email", "channel": "email", "status": "granted"}

    refused = post(program, good | {field: "anna@example.com"})

    assert (refused.status_code, refused.json()["code"]) == (422, "compliance.source-holds-personal-data")
    assert "anna@" not in refused.content.decode()
    assert api.consent_history(acting, profile_no) == []


def test_purposes_are_listed(program):
    codes = [row["code"] for row in program.get("/api/v1/purposes").json()]

    assert codes == ["marketing.email", "marketing.personalisation", "marketing.sms", "service.messages"]
