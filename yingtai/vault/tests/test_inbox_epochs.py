from datetime import UTC, datetime

import psycopg
import pytest

from yingtai.vault.epochs import Epochs
from yingtai.vault.errors import InboxKeyDestroyed, SealBroken
from yingtai.vault.memory import KeyMemory
from yingtai.vault.provider import seal_blob

HOUR = 3_600.0


class Cluster:
    """A keys cluster whose hours and accidents the test decides."""

    def __init__(self):
        self.epoch_id, self.asked, self.is_away = 1, 0, False

    def current_epoch(self, *, offered):
        self.asked += 1
        if self.is_away:
            raise psycopg.OperationalError("away")
        return self.epoch_id, offered, HOUR


class NoWrapping:
    def wrap_new(self, count):
        return [bytes(32)] * count

    def unwrap(self, key):
        return key


@pytest.fixture
def cluster():
    return Cluster()


@pytest.fixture
def clock():
    return [1_000.0]


@pytest.fixture
def epochs(cluster, clock):
    return Epochs(cluster, NoWrapping(), KeyMemory(), clock=lambda: clock[0])


def test_a_body_opens_with_its_epoch_in_another_process(vault, another_process):
    epoch = vault.current_epoch()
    body = seal_blob(epoch, b'{"events": []}', b"inbox|7")
    assert another_process.open_blob(body, b"inbox|7") == b'{"events": []}'
    assert another_process.current_epoch() == epoch


def test_a_body_does_not_open_elsewhere_or_changed(vault):
    body = seal_blob(vault.current_epoch(), b"events", b"inbox|7")
    for forged, ad in [
        (body, b"inbox|8"),
        (body[:-1] + bytes([body[-1] ^ 1]), b"inbox|7"),
        (b"", b"inbox|7"),
    ]:
        with pytest.raises(SealBroken, match="the inbox"):
            vault.open_blob(forged, ad)


def test_an_epochs_key_does_not_show_when_printed(vault):
    epoch = vault.current_epoch()
    assert repr(epoch) == f"Epoch(id={epoch.id})"
    assert vault.epoch_key(epoch.id) == epoch.key


def test_old_bodies_become_unreadable_and_the_current_epoch_stays(vault, another_process, owner):
    current = vault.current_epoch()
    old_id, destroy_before = owner.execute(
        "INSERT INTO epoch_key (wrapped, kek_id, opened_at) "
        "SELECT wrapped, kek_id, (SELECT min(opened_at) FROM epoch_key) - interval '1 day' "
        "FROM epoch_key WHERE epoch_id = %s RETURNING epoch_id, now()",
        [current.id],
    ).fetchone()
    old_body = seal_blob(type(current)(old_id, vault.epoch_key(old_id)), b"old", b"inbox|1")
    new_body = seal_blob(current, b"new", b"inbox|2")

    assert vault.destroy_epoch(destroy_before) == 1

    for reader in (vault, another_process):
        with pytest.raises(InboxKeyDestroyed):
            reader.open_blob(old_body, b"inbox|1")
        assert reader.open_blob(new_body, b"inbox|2") == b"new"


def test_an_epoch_in_use_is_never_destroyed_whatever_time_is_named(vault):
    body = seal_blob(vault.current_epoch(), b"new", b"inbox|2")
    vault.destroy_epoch(datetime(2999, 1, 1, tzinfo=UTC))
    assert vault.open_blob(body, b"inbox|2") == b"new"


def test_the_cluster_is_asked_once_an_hour(epochs, cluster, clock):
    assert [epochs.current().id for _ in range(100)] == [1] * 100
    assert cluster.asked == 1
    clock[0] += HOUR
    cluster.epoch_id = 2
    assert epochs.current().id == 2
    assert cluster.asked == 2


def test_a_collector_goes_on_for_an_hour_while_the_cluster_is_away(epochs, cluster, clock):
    epochs.current()
    cluster.is_away = True
    clock[0] += HOUR + 1
    assert epochs.current().id == 1
    clock[0] += HOUR
    with pytest.raises(psycopg.OperationalError):
        epochs.current()


def test_a_cluster_that_is_back_gives_the_next_epoch_soon(epochs, cluster, clock):
    epochs.current()
    cluster.is_away = True
    clock[0] += HOUR + 1
    epochs.current()
    cluster.is_away, cluster.epoch_id = False, 2
    assert epochs.current().id == 1
    clock[0] += 15
    assert epochs.current().id == 2
