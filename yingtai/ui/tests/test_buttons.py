import re

import pytest


@pytest.mark.parametrize(("role", "offers"), [("marketer", True), ("analyst", False)])
def test_a_button_is_offered_only_to_a_role_that_may_use_it(sign_in, role, offers):
    browser = sign_in(role)
    for path, words in (
        ("/campaigns/", "New campaign"),
        ("/content/", "New template"),
        ("/data/imports/", "Import a file"),
    ):
        page = browser.get(path, headers={"accept-language": "en"}).content.decode()
        assert bool(re.search(rf'class="btn[^>]*>{words}<', page)) is offers, path
