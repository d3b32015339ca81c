from datetime import UTC, datetime

import pytest
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from yingtai.kernel import acting as actors
from yingtai.kernel.acting import Acting, Decision
from yingtai.kernel.contributions import Catalogue
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import Scope
from yingtai.ui import navigation


def only_marketers(acting: Acting, action: str, label: Label, place: str) -> Decision:
    return Decision("marketer" in acting.roles, "test")


@pytest.fixture
def entries(monkeypatch):
    """A navigation of its own, and a policy that lets marketers do everything."""
    monkeypatch.setattr(navigation, "entries", Catalogue("navigation entries"))
    monkeypatch.setattr(actors, "_engine", [only_marketers])
    navigation.register("operations", "Gallery", "ui:gallery", place="")
    navigation.register("audiences", "Progress", "ui:gallery_progress", place="audiences.audience", order=20)
    navigation.register("audiences", "Confirm", "ui:gallery_confirm", place="audiences.audience", order=10)
    navigation.register("customers", "Nowhere", "nowhere:at_all", place="")


def seen_by(*roles: str, path: str = "/"):
    request = RequestFactory().get(path)
    request.acting = Acting(
        "staff:anna", Scope.of(1), "operations", datetime(2026, 11, 2, tzinfo=UTC), frozenset(roles)
    )
    return [
        (str(section.title), [link.title for link in section.links])
        for section in navigation.navigation(request)
    ]


@pytest.mark.usefixtures("entries")
def test_people_see_what_they_may_use_in_the_order_of_the_sections():
    assert seen_by("marketer") == [("Audiences", ["Confirm", "Progress"]), ("Gallery", ["Gallery"])]


@pytest.mark.usefixtures("entries")
def test_people_do_not_see_what_they_may_not_use():
    assert seen_by("auditor") == [("Gallery", ["Gallery"])]


@pytest.mark.usefixtures("entries")
def test_the_open_page_is_marked_once():
    sections = navigation.navigation(RequestFactory().get("/ui/gallery"))

    assert [(section.is_current, [link.is_current for link in section.links]) for section in sections] == [
        (True, [True])
    ]


def test_a_section_that_does_not_exist_is_refused():
    with pytest.raises(TypeError, match="no section 'kitchen'"):
        navigation.register("kitchen", "Soup", "ui:gallery", place="")


@pytest.mark.parametrize("entry", navigation.entries.all(), ids=lambda entry: entry.url_name)
def test_every_entry_leads_to_a_page(entry):
    try:
        reverse(entry.url_name)
    except NoReverseMatch:
        pytest.fail(f"{entry.url_name} is in the navigation but is mounted nowhere")


def test_the_deepest_page_above_is_the_current_one():
    urls = ["/", "/audiences/", "/audiences/scores/"]

    assert navigation.current_url("/audiences/scores/7", urls) == "/audiences/scores/"
    assert navigation.current_url("/audiences/7", urls) == "/audiences/"
    assert navigation.current_url("/audiencesque", urls) is None
    assert navigation.current_url("/", urls) == "/"
