"""Merging by hand: both people are shown side by side, what contradicts is said, and nothing happens before a yes."""

import re

import pytest

from yingtai.collect.api import make_source
from yingtai.compliance.api import consents_of, record_consent
from yingtai.compliance.testing import make_purposes, signed_in
from yingtai.customers import ingesting
from yingtai.customers.models import Profile, Reveal
from yingtai.customers.testing import send
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import settle
from yingtai.organization.testing import MONDAY

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def two(brand, acting):
    """Two people of one brand, different in name, phone and mail; the first said yes to mail, the second no."""
    make_purposes(acting, brand.node_no)
    told = [
        {"phone": "13800008000", "email": "anna@example.com", "name": "安娜"},
        {"phone": "13900009000", "email": "bo@example.com", "name": "李波"},
    ]
    source = make_source(acting, brand.node_no, name="shop")
    send(source, [{"type": "identify", "messageId": one["phone"], "traits": one} for one in told])
    ingesting.drain(MONDAY)
    with acting_transaction(acting):
        anna, bo = Profile.objects.order_by("profile_no")
    for one, status in ((anna, "granted"), (bo, "denied")):
        record_consent(
            acting, profile_no=one.profile_no, node_no=one.node_no, purpose="marketing.email", channel="email",
            status=status, source="form", notice_version=1, at=MONDAY,
        )  # fmt: skip
    return anna, bo


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def test_whoever_finds_a_second_profile_compares_before_anything_happens(brand, acting, two):
    anna, bo = two
    agent = signed_in(brand.code, "service_agent")

    found = agent.post(f"/profiles/{anna.id}/merge", {"search": "13900009000"}, headers=ENGLISH)
    shown = agent.get(f"/profiles/{anna.id}/merge/{bo.id}", headers=ENGLISH)
    settle()

    assert f'href="/profiles/{anna.id}/merge/{bo.id}"' in found.content.decode()
    words = words_of(shown)
    assert "These two contradict each other:" in words
    assert "Phone differs: 138****8000 and 139****9000." in words
    assert (
        "One said yes and the other no to: Marketing by e-mail · E-mail. The stricter answer holds: it stays no."
        in words
    )
    assert "Name of the person differs:" in words
    assert "13900009000" not in words
    assert "bo@example.com" not in words
    with acting_transaction(acting):
        assert Profile.objects.filter(merged_into_no=None).count() == 2
        assert not Reveal.objects.exists()


def test_the_comparison_reads_chinese(brand, two):
    anna, bo = two
    agent = signed_in(brand.code, "service_agent")
    agent.cookies["django_language"] = "zh-hans"

    words = words_of(agent.get(f"/profiles/{anna.id}/merge/{bo.id}"))

    assert "这两份档案有矛盾" in words
    assert "较严格的答复有效" in words


def test_the_page_shows_by_itself_that_the_two_were_merged_and_that_it_was_undone(brand, acting, two):
    anna, bo = two
    agent = signed_in(
        brand.code,
        "service_agent",
    )

    merging = agent.post(f"/profiles/{anna.id}/merge/{bo.id}", {"confirm": "yes"})
    waiting = agent.get(merging["Location"], headers=ENGLISH).content.decode()
    [again] = re.findall(r'hx-get="(/profiles/[^"]*/under-way[^"]*)"', waiting)
    again = again.replace("&amp;", "&")
    before = agent.get(again, headers=ENGLISH)
    settle()
    after = agent.get(again, headers=ENGLISH)

    assert "The profiles are being merged." in waiting
    assert "looks=2" in before.content.decode()
    assert after["HX-Redirect"] == f"/profiles/{anna.id}/"
    [answer] = consents_of(acting, anna.profile_no)
    assert answer.status == "denied"
    page = agent.get(f"/profiles/{anna.id}/", headers=ENGLISH).content.decode()
    assert "The profiles were merged." in page
    assert "under-way" not in page

    [undo] = re.findall(rf"/profiles/{anna.id}/merges/[0-9a-f-]+/undo", page)
    undoing = agent.post(undo)
    [again] = re.findall(
        r'hx-get="(/profiles/[^"]*/under-way[^"]*)"', agent.get(undoing["Location"]).content.decode()
    )
    settle()
    assert agent.get(again.replace("&amp;", "&"))["HX-Redirect"] == f"/profiles/{anna.id}/"
    with acting_transaction(acting):
        assert Profile.objects.filter(merged_into_no=None).count() == 2


def test_a_page_stops_looking_after_two_minutes(brand, two):
    anna, bo = two
    agent = signed_in(brand.code, "service_agent")

    page = agent.get(
        f"/profiles/{anna.id}/under-way?merge={bo.id}&looks=60", headers=ENGLISH
    ).content.decode()

    assert "It takes longer than usual." in page
    assert "hx-get" not in page
