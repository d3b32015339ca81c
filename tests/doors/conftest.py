from collections.abc import Callable

import pytest
from django.test import Client

from tests.doors.furnishing import Furnished, furnish
from yingtai.organization.testing import BrandForTest, make_brand, make_staff


@pytest.fixture(scope="session")
def furnished(books: None) -> Furnished:
    """A brand with something in every table."""
    return furnish()


@pytest.fixture(scope="session")
def stranger(books: None) -> BrandForTest:
    """A neighbour who never did anything: every row that is seen in this place is somebody else's."""
    return make_brand()


@pytest.fixture
def browser(books: None) -> Callable[..., Client]:
    """Signs a new colleague with roles in a unit into the console."""

    def signed_in(unit_code: str, *roles: str) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(
            make_staff(unit_code, *roles), "allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return signed_in
