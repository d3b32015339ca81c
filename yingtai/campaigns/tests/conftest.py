from collections.abc import Iterator

import pytest

from yingtai.campaigns.tests.post_office import PostOffice, open_post_office


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server of the test's own."""
    with open_post_office() as post_office:
        yield post_office
