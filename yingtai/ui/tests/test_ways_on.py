"""A page that could not be shown leads on: back only to a page of ours, never to another site."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from yingtai.ui.ways_on import ways_on


def asked(method="get", **headers):
    request = getattr(RequestFactory(), method)("/campaigns/7/", headers=headers)
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        ("http://testserver/audiences/?sort=name", "/audiences/?sort=name"),
        ("http://testserver/campaigns/7/", ""),
        ("https://elsewhere.example/audiences/", ""),
        ("//elsewhere.example/", ""),
        ("javascript:alert(1)", ""),
        ("/audiences/", ""),
        ("", ""),
    ],
)
def test_back_leads_to_a_page_of_ours_only(referrer, back):
    assert ways_on(asked(Referer=referrer)).back == back


def test_a_form_that_was_refused_leads_back_to_itself():
    assert ways_on(asked("post", Referer="http://testserver/campaigns/7/")).back == "/campaigns/7/"


def test_what_may_pass_can_be_tried_again_but_nothing_is_sent_twice():
    assert ways_on(asked(), may_pass=True).again == "/campaigns/7/"
    assert ways_on(asked("post"), may_pass=True).again == ""
    assert ways_on(asked()).again == ""


def test_strangers_are_offered_neither_lists_nor_the_search():
    ways = ways_on(asked())

    assert (ways.list_of_its_kind, ways.may_search) == (None, False)
