"""What no line of the policy allows is refused."""

from pathlib import Path

import pytest

from yingtai.compliance.policy import ACTIONS, ANYWHERE, RULES, decide_by_role
from yingtai.kernel.acting import Acting, decide, system
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import EVERYTHING
from yingtai.organization.api import Role
from yingtai.organization.testing import MONDAY

PLACES = (
    "customers.profile", "audiences.audience", "campaigns.campaign", "content.template", "collect.import",
    "compliance.consent", "insights.dashboard", "operations.jobs", "organization.unit", "elsewhere.thing",
)  # fmt: skip


def may(role: str, action: str, label: Label, place: str) -> bool:
    return decide_by_role(
        Acting("staff:x", EVERYTHING, "operations", MONDAY, frozenset({role})), action, label, place
    ).allowed


def test_the_policy_decides_from_the_start_of_every_process():
    assert decide(system("test", EVERYTHING, MONDAY), "view", Label.L3, "customers.profile").allowed


def test_every_role_of_the_organization_has_rules():
    assert set(RULES) == set(Role.values)


def test_nobody_may_do_anything():
    nobody = Acting("nobody", EVERYTHING, "sign-in", MONDAY)

    assert not any(
        decide_by_role(nobody, action, Label.L1, place).allowed for action in ACTIONS for place in PLACES
    )


def test_a_role_that_does_not_exist_sees_home_and_no_more():
    assert may("owner", "view", Label.L2, "home.today")
    assert not any(may("owner", action, Label.L1, place) for action in ACTIONS for place in PLACES)


@pytest.mark.parametrize("role", ["administrator", "operator"])
def test_those_who_run_the_product_see_no_customer(role):
    people = ("customers.profile", "audiences.audience", "campaigns.campaign", "compliance.consent")

    assert not any(may(role, action, Label.L1, place) for action in ACTIONS for place in people)
    assert not any(may(role, action, Label.L3, place) for action in ACTIONS for place in PLACES)


def test_an_auditor_only_views_and_reads_the_record():
    assert may("auditor", "view", Label.L2, "campaigns.campaign")
    assert not any(
        may("auditor", action, Label.L1, place)
        for action in set(ACTIONS) - {"view", "audit"}
        for place in PLACES
    )
    assert not may("auditor", "view", Label.L3, "customers.profile")


def test_a_dealer_sees_their_customers_but_no_campaign():
    assert may("dealer", "view", Label.L3, "customers.profile")
    assert not may("dealer", "view", Label.L1, "campaigns.campaign")
    assert not may("dealer", "view", Label.L1, "compliance.purpose")


def test_nobody_may_touch_sensitive_values_or_export_without_a_rule():
    assert not any(
        may(role, action, Label.L4, place) for role in RULES for action in ACTIONS for place in PLACES
    )
    assert not any(may(role, "export", Label.L1, place) for role in RULES for place in PLACES)


def test_a_place_is_not_matched_by_the_beginning_of_its_name():
    assert may("dealer", "view", Label.L3, "customers")
    assert not may("dealer", "view", Label.L1, "customers_secret.list")


def test_the_policy_names_only_places_that_there_are():
    rooms = {path.parent.name for path in Path("yingtai").glob("*/__init__.py")} | {
        "home",
        "operations",
        ANYWHERE,
    }

    assert {rule.place.partition(".")[0] for rules in RULES.values() for rule in rules} <= rooms
