"""Two tabs on one audience: the second save is told of the first and overwrites nothing unseen."""

import re

from yingtai.audiences.api import create_audience, get_audience

SEEN = {"join": "all", "parts": [{"block": "seen"}]}
FORM = {"join": "all", "0.block": "seen", "do": "save"}
ENGLISH = {"Accept-Language": "en"}


def _seen(page):
    return re.search(r'name="seen" value="([^"]+)"', page.content.decode()).group(1)


def test_the_second_save_is_told_of_the_first(sign_in, acting, brand):
    audience_id = create_audience(acting, node_no=brand.node_no, name="Tea", definition=SEEN)
    url = f"/audiences/{audience_id}/edit"
    one, other = sign_in(), sign_in()
    first, second = _seen(one.get(url)), _seen(other.get(url))
    assert first == second == acting.at.isoformat()

    one.post(url, FORM | {"name": "Green tea", "seen": first})
    late = other.post(url, FORM | {"name": "Black tea", "seen": second}, headers=ENGLISH)

    words = late.content.decode()
    changed = get_audience(acting, audience_id)
    assert late.status_code == 409
    assert changed.name == "Green tea"
    assert re.search(r"\w+ changed this at \d{4}-\d\d-\d\d \d\d:\d\d \(.+\), after you opened it", words)
    assert 'value="Black tea"' in words
    assert "Save all the same" in words
    assert _seen(late) == changed.changed_at.isoformat()

    other.post(url, FORM | {"name": "Black tea", "seen": _seen(late)})
    assert get_audience(acting, audience_id).name == "Black tea"


def test_a_button_of_the_form_keeps_what_it_saw_without_script(sign_in, acting, brand):
    audience_id = create_audience(acting, node_no=brand.node_no, name="Tea", definition=SEEN)
    drawn = sign_in().post(
        f"/audiences/{audience_id}/edit",
        FORM | {"do": "add::seen", "name": "Tea", "seen": acting.at.isoformat()},
    )
    assert _seen(drawn) == acting.at.isoformat()
