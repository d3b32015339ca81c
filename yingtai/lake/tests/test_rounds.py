"""A file of any age that is cut off or gone is found within a day, and forgotten once it is mended."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from yingtai.kernel.scope import EVERYTHING, node_no
from yingtai.lake import rounds
from yingtai.lake.errors import LakeDamaged
from yingtai.lake.maintenance import compact
from yingtai.lake.reading import scoped
from yingtai.lake.rounds import known_damage, look_over
from yingtai.lake.store import Lake
from yingtai.lake.summarizing import summarize
from yingtai.lake.testing import events_of, harm_values, on
from yingtai.lake.writing import append, replace

EVENTS = "SELECT event, alias_no, profile_no, node_no, occurred_at FROM events"


@pytest.fixture
def filled(own_lake: Lake) -> Lake:
    """Seven days, a file each."""
    for day in range(7):
        at = on(date(2024, 6, 1) + timedelta(days=day))
        append("events", events_of([{"event": "Seen"}], node_no=node_no(7), occurred_at=at), lake=own_lake)
    return own_lake


@pytest.mark.parametrize("harm", ["cut", "gone", "grown", "overwritten"])
def test_damage_of_any_age_is_found_and_forgotten_when_mended(filled: Lake, harm: str) -> None:
    path = Path(sorted(filled.snapshot("events").paths)[0])
    sound = path.read_bytes()
    assert look_over(filled) == known_damage(filled) == []

    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes({"cut": sound[:-9], "grown": sound + b"x", "overwritten": b"\0" * len(sound)}[harm])

    assert look_over(filled) == known_damage(filled) == [str(path)]
    path.write_bytes(sound)
    assert look_over(filled) == known_damage(filled) == []


def test_a_round_goes_on_where_it_was_and_comes_by_every_file(
    filled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "LEAST_AT_ONCE", 3)
    paths = sorted(filled.snapshot("events").paths)
    Path(paths[4]).write_bytes(b"")

    found = [look_over(Lake(filled.storage.url)) for _ in range(3)]

    # Looked at: 0 to 2, 3 to 5, 6 and 0 and 1; what was found is looked at again each time.
    assert found == [[], [paths[4]], [paths[4]]]


def test_a_damaged_file_that_left_its_table_is_no_longer_told(filled: Lake) -> None:
    path = Path(filled.snapshot("events").paths[0])
    day = filled.snapshot("events").partitions[0]
    path.write_bytes(b"")
    assert look_over(filled) == [str(path)]

    replace("events", events_of([]), {"day": day}, lake=filled)

    assert look_over(filled) == []


def test_a_note_that_cannot_be_read_begins_the_round_anew(filled: Lake) -> None:
    filled.storage.write(rounds.STATE, b"[1")

    assert (known_damage(filled), look_over(filled)) == ([], [])


def test_a_file_that_a_query_cannot_read_is_named_and_known_until_it_is_mended(filled: Lake) -> None:
    path = Path(sorted(filled.snapshot("events").paths)[2])
    sound = harm_values(path)

    with pytest.raises(LakeDamaged, match=path.name):
        scoped(EVERYTHING, lake=filled).query(EVENTS)

    assert known_damage(filled) == look_over(filled) == [str(path)]
    path.write_bytes(sound)
    assert len(scoped(EVERYTHING, lake=filled).query(EVENTS)) == 7
    assert known_damage(filled) == [str(path)]
    assert look_over(filled) == known_damage(filled) == []


def test_maintenance_names_what_it_cannot_read_and_goes_on_with_the_other_days(filled: Lake) -> None:
    for day in range(7):
        at = on(date(2024, 6, 1) + timedelta(days=day))
        append("events", events_of([{"event": "Seen"}], node_no=node_no(7), occurred_at=at), lake=filled)
    path = Path(sorted(filled.snapshot("events").paths)[0])
    harm_values(path)

    with pytest.raises(LakeDamaged, match=path.name):
        compact("events", lake=filled)

    assert known_damage(filled) == [str(path)]
    assert len(filled.snapshot("events").paths) == 6 + 2


def test_sums_go_on_with_the_other_months(filled: Lake) -> None:
    at = on(date(2024, 7, 1))
    ordered = {"event": "Order Completed", "order_id": "A-1"}
    for when in (at, on(date(2024, 6, 3))):
        append("events", events_of([ordered], node_no=node_no(7), occurred_at=when), lake=filled)
    for path in filled.snapshot("events").paths:
        if "2024-06-03" in path:
            harm_values(Path(path))

    with pytest.raises(LakeDamaged, match="2024-06-03"):
        summarize(lake=filled, quiet_ms=0)

    assert {str(part) for part in filled.snapshot("activity").partitions} == {"7202407"}


def test_a_round_finds_what_no_query_met_yet(filled: Lake) -> None:
    path = Path(sorted(filled.snapshot("events").paths)[4])
    sound = harm_values(path)

    assert look_over(filled) == known_damage(filled) == [str(path)]
    path.write_bytes(sound)
    assert look_over(filled) == []
