"""What every test can ask for: real transactions, as the role `app`, in a brand of the test's own."""

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from yingtai.web import testing

if TYPE_CHECKING:
    from django.test import Client

    from yingtai.kernel.acting import Acting
    from yingtai.organization.testing import BrandForTest


@pytest.fixture(scope="session")
def home() -> Path:
    """The run's own state folder."""
    return testing.HOME


@pytest.fixture(scope="session")
def keys() -> None:
    """Both clusters, with the tables of the keys cluster only: enough for the vault."""
    testing.keys_servers()


@pytest.fixture(scope="session")
def books(django_db_blocker: "pytest.FixtureRequest") -> Iterator[None]:
    """Both clusters, migrated, with walls and rights; the database can be used by every test that follows."""
    testing.books_servers()
    _hash_passwords_quickly()
    with django_db_blocker.unblock():
        yield


def _hash_passwords_quickly() -> None:
    """Tests sign in hundreds of times; that hashing is slow is argon2's own promise, tested by its authors."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 1, 64
    Argon2PasswordHasher.parallelism = 1


@pytest.fixture(scope="session")
def django_db_setup(books: None) -> None:
    """No database is made for tests: they run on the product's own, behind its walls."""


@pytest.fixture
def brand(books: None) -> "BrandForTest":
    """A brand of its own legal entity, with a region and two dealers; nobody else ever sees it."""
    from yingtai.organization.testing import make_brand  # Django must be ready first

    return make_brand()


@pytest.fixture
def neighbour(books: None) -> "BrandForTest":
    """Another brand, which must find nothing of the first."""
    from yingtai.organization.testing import make_brand

    return make_brand()


@pytest.fixture
def acting(brand: "BrandForTest") -> "Acting":
    """A marketer of the brand, on the Monday the tests live in."""
    from yingtai.organization.testing import make_acting

    return make_acting(brand.node_no)


@pytest.fixture
def neighbour_acting(neighbour: "BrandForTest") -> "Acting":
    """A marketer of the neighbour brand."""
    from yingtai.organization.testing import make_acting

    return make_acting(neighbour.node_no)


@pytest.fixture
def sign_in(brand: "BrandForTest") -> "Callable[..., Client]":
    """Signs a new colleague with a role into the console, in the brand or another unit; returns the browser."""
    from django.test import Client

    from yingtai.organization.testing import make_staff

    def browser(role: str = "marketer", unit_code: str = "") -> Client:
        client = Client()
        staff = make_staff(unit_code or brand.code, role)
        client.force_login(staff, "allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser


@pytest.fixture(autouse=True)
def _in_no_language() -> None:
    """Forget the language of the last request: a test that asks for none reads the installation's own."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture(scope="module", autouse=True)
def _nothing_waits_for_the_next_module(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if any("books" in item.fixturenames for item in request.session.items if item.path == request.path):
        from yingtai.kernel.testing import forget_what_waits

        forget_what_waits()


@pytest.fixture(scope="session")
def lake(home: Path) -> Path:
    """The run's lake folder."""
    folder = home / "lake"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _no_power_cuts() -> Iterator[None]:
    """What a test writes is thrown away with the run: the disk need not have it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_way_out() -> Iterator[None]:
    """Close the network: a test may talk to this machine only."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: object) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
            raise AssertionError(f"a test tried to reach {address[0]}; use a fake of the outside world")
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
