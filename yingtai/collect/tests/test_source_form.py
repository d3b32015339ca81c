"""What a source takes is said before it is made."""

import pytest

from yingtai.kernel.env import env

SECOND = "takes a second person"


@pytest.mark.parametrize(("is_alone", "said"), [(False, True), (True, False)])
def test_that_a_secret_key_takes_two_is_said_where_it_is_chosen(marketer, monkeypatch, is_alone, said):
    monkeypatch.setitem(env().__dict__, "alone", is_alone)

    page = marketer.get("/data/sources/new").content.decode()

    assert (SECOND in page) is ("has approved it" in page) is said
    assert "Our own servers: the key is secret" in page
