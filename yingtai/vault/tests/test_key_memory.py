import pytest

from yingtai.vault.memory import KeyMemory


@pytest.fixture
def clock():
    return [0.0]


@pytest.fixture
def memory(clock):
    return KeyMemory(capacity=4, lifetime_seconds=60, clock=lambda: clock[0])


def held(memory, key_ids=range(100)):
    return set(memory.recall(key_ids)[1])


def test_a_key_is_forgotten_within_its_lifetime(memory, clock):
    clock[0] = 29
    memory.keep({1: b"one"}, stamp=0)
    clock[0] = 31
    assert memory.recall([1, 2]) == (0, {1: b"one"})
    clock[0] = 62
    assert held(memory) == set()


def test_a_long_pause_forgets_everything(memory, clock):
    memory.keep({1: b"one"}, stamp=0)
    clock[0] = 60
    assert held(memory) == set()


def test_no_more_than_two_capacities_are_held(memory):
    for start in range(0, 60, 3):
        memory.keep(dict.fromkeys(range(start, start + 3), b"key"), stamp=0)
        assert len(held(memory)) <= 8
    memory.keep(dict.fromkeys(range(90), b"key"), stamp=0)
    assert held(memory) >= {86, 87, 88, 89}
    assert len(held(memory)) <= 8


def test_a_destruction_anywhere_forgets_what_was_read_before_it(memory):
    memory.keep({1: b"one"}, stamp=5)
    memory.keep({2: b"two"}, stamp=6)
    assert memory.recall([1, 2]) == (6, {2: b"two"})


def test_keys_read_before_a_destruction_come_too_late(memory):
    memory.keep({2: b"two"}, stamp=6)
    memory.keep({1: b"one"}, stamp=5)
    assert memory.recall([1, 2]) == (6, {2: b"two"})
