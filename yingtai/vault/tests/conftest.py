"""A vault on the run's keys cluster."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from yingtai.kernel.env import vault_dsn
from yingtai.vault.keyring import load_root_key
from yingtai.vault.provider import Vault


@pytest.fixture(scope="session")
def root_key(home: Path) -> bytes:
    return load_root_key(home / "secrets" / "vault-root.key")


@pytest.fixture(scope="session")
def vault(keys: None, root_key: bytes) -> Iterator[Vault]:
    made = Vault(vault_dsn(), root_key)
    yield made
    made.close()


@pytest.fixture
def another_process(keys: None, root_key: bytes) -> Iterator[Vault]:
    """A vault that shares nothing with `vault` but the keys cluster and the root key."""
    made = Vault(vault_dsn(), root_key)
    yield made
    made.close()


@pytest.fixture
def owner(keys: None) -> Iterator[psycopg.Connection]:
    with psycopg.connect(vault_dsn("owner"), autocommit=True) as connection:
        yield connection
