import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from yingtai.kernel.env import vault_dsn
from yingtai.vault import api, schema
from yingtai.vault.errors import RoleTooStrong, RootKeyDiffers, RootKeyMalformed, RootKeyMissing
from yingtai.vault.keyring import load_root_key
from yingtai.vault.provider import Vault
from yingtai.vault.store import KeyStore

LIVE = "SELECT count(*) FROM subject_key WHERE key_id = ANY (%s) AND destroyed_at IS NULL"


def test_minted_keys_are_committed_and_all_different(vault, owner):
    key_ids = vault.mint_keys(2_000)
    assert len(set(key_ids)) == 2_000
    rows = owner.execute("SELECT DISTINCT wrapped FROM subject_key WHERE key_id = ANY (%s)", [key_ids])
    assert len(rows.fetchall()) == 2_000


def test_minting_none_is_fine(vault):
    assert vault.mint_keys(0) == []


def test_sets_minted_at_once_never_share_a_key(vault):
    with ThreadPoolExecutor(8) as pool:
        sets = list(pool.map(vault.mint_keys, [500] * 16))
    assert len({key_id for one in sets for key_id in one}) == 16 * 500


def test_a_destroyed_key_leaves_no_material_and_repeating_changes_nothing(vault, owner):
    key_ids = vault.mint_keys(3)
    assert vault.destroy_keys(key_ids[:2]) == 2
    assert vault.destroy_keys(key_ids[:2]) == 0
    rows = owner.execute("SELECT wrapped FROM subject_key WHERE key_id = ANY (%s)", [key_ids[:2]])
    assert rows.fetchall() == [(None,), (None,)]


def test_the_sweep_destroys_what_the_books_never_came_to_name(vault, owner):
    vault.sweep_orphans(set, timedelta(0))
    key_ids = vault.mint_keys(20)

    destroyed = vault.sweep_orphans(lambda asked: set(asked) & set(key_ids[:15]), timedelta(0))

    assert destroyed == 5
    assert owner.execute(LIVE, [key_ids[:15]]).fetchone() == (15,)
    assert owner.execute(LIVE, [key_ids[15:]]).fetchone() == (0,)


def test_the_sweep_asks_about_a_key_once_and_never_about_a_young_one(vault):
    vault.sweep_orphans(set, timedelta(0))
    key_ids = vault.mint_keys(5)
    asked = []

    def is_known(page):
        asked.extend(page)
        return set(page)

    assert vault.sweep_orphans(is_known) == 0
    assert asked == []
    vault.sweep_orphans(is_known, timedelta(0))
    vault.sweep_orphans(is_known, timedelta(0))
    assert asked == key_ids


def test_a_different_root_key_is_refused_before_anything_is_made(vault):
    vault.mint_keys(1)
    stranger = Vault(vault_dsn(), os.urandom(32))
    with pytest.raises(RootKeyDiffers):
        stranger.mint_keys(1)
    stranger.close()


def test_the_vault_refuses_to_work_as_the_owner(keys, root_key):
    strong = Vault(vault_dsn("owner"), root_key)
    with pytest.raises(RoleTooStrong, match="owner"):
        strong.mint_keys(1)
    strong.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM subject_key",
        "DELETE FROM epoch_key",
        "DELETE FROM kek",
        "TRUNCATE subject_key",
        "UPDATE subject_key SET key_id = key_id",
        "UPDATE kek SET salt = salt",
        "UPDATE index_key SET wrapped = wrapped",
        "DROP TABLE subject_key",
        "ALTER TABLE subject_key DISABLE TRIGGER ALL",
        "CREATE TABLE mine ()",
        "INSERT INTO vault_version VALUES (99)",
    ],
)
def test_the_role_may_not_do_more_than_mint_and_destroy(keys, statement):
    with (
        psycopg.connect(vault_dsn()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


@pytest.mark.parametrize("number", [1, 2])
def test_a_key_is_never_replaced_nor_brought_back(vault, number):
    key_ids = vault.mint_keys(2)
    vault.destroy_keys(key_ids[1:])
    with (
        psycopg.connect(vault_dsn()) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="never replaced"),
    ):
        connection.execute(
            "UPDATE subject_key SET wrapped = %s, destroyed_at = NULL WHERE key_id = %s",
            [bytes(40), key_ids[number - 1]],
        )


def test_migrating_again_changes_nothing(keys):
    assert schema.migrate(vault_dsn("owner")) == []


def test_the_root_key_is_made_once_for_this_account_only(tmp_path):
    path = tmp_path / "secrets" / "vault-root.key"
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(load_root_key, [path] * 8))
    assert len(made) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["vault-root.key"]


def test_a_root_key_that_was_in_use_is_never_made_anew(tmp_path, keys):
    path = tmp_path / "secrets" / "vault-root.key"
    store = KeyStore(vault_dsn())
    api.mint_keys(1)

    with pytest.raises(RootKeyMissing, match="is missing"):
        load_root_key(path, is_in_use=store.is_in_use)

    assert not path.exists()
    store.close()


def test_a_root_key_cut_short_is_refused(tmp_path):
    path = tmp_path / "vault-root.key"
    path.write_bytes(b"short")
    with pytest.raises(RootKeyMalformed, match="does not hold 32 bytes"):
        load_root_key(path)
