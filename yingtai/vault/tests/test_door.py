import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from yingtai.vault import api


@pytest.fixture(autouse=True)
def _keys(keys):
    pass


def test_the_door_serves_from_this_process_own_vault(home):
    (key_id,) = api.mint_keys(1)
    sealed = api.seal(["13800008000"], key_id, column="c", row_ids=[1])
    assert api.open_sealed(sealed, column="c", row_ids=[1]) == ["13800008000"]
    assert api.open_bytes(sealed, column="c", row_ids=[1]) == [b"13800008000"]
    assert (home / "secrets" / "vault-root.key").stat().st_size == 32
    body = api.seal_blob(api.current_epoch(), b"events", b"1")
    assert api.open_blob(body, b"1") == b"events"
    assert len(api.blind("phone", 1, ["+8613800008000"])[0]) == 16
    assert api.destroy_keys([key_id]) == 1


def test_threads_share_one_vault_safely():
    key_ids = api.mint_keys(50)

    def round_trip(number):
        sealed = api.seal([str(number)] * 50, key_ids, column="c", row_ids=range(50))
        return api.open_sealed(sealed, column="c", row_ids=range(50))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(round_trip, range(40))) == [[str(number)] * 50 for number in range(40)]


def test_a_forked_child_opens_connections_of_its_own():
    (key_id,) = api.mint_keys(1)
    sealed = api.seal(["x"], key_id, column="c", row_ids=[1])
    child = os.fork()
    if child == 0:
        os._exit(0 if api.open_sealed(sealed, column="c", row_ids=[1]) == ["x"] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert api.open_sealed(sealed, column="c", row_ids=[1]) == ["x"]
