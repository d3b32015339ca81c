"""A batch becomes visible as a whole and once, whatever dies in between."""

import os
import signal
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from yingtai.kernel.scope import EVERYTHING
from yingtai.lake.errors import BatchNotStaged, BatchOutOfOrder
from yingtai.lake.reading import scoped
from yingtai.lake.store import Lake
from yingtai.lake.testing import events_of, moves_of, on
from yingtai.lake.tests.processes import FRESH
from yingtai.lake.writing import publish, recover, stage, unstage

STEPS_OF_STAGING = ["planned", "written", "ready"]
STEPS_OF_PUBLISHING = ["published alias_map", "published events", "done"]


def batch() -> dict:
    return {
        "events": events_of([{"occurred_at": on(date(2026, 6, day))} for day in (1, 1, 2, 3)]),
        "alias_map": moves_of([(1, 1)], moved=False),
    }


def counts(lake: Lake) -> tuple[int, int]:
    [row] = (
        scoped(EVERYTHING, lake=lake)
        .query("SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM alias_map) AS aliases")
        .to_pylist()
    )
    return row["events"], row["aliases"]


def dying_at(step: str) -> Callable[[str], None]:
    return lambda here: os.kill(os.getpid(), signal.SIGKILL) if here == step else None


def write_and_die(url: str, step: str) -> None:
    lake = Lake(url)
    stage(7, batch(), lake=lake, at_step=dying_at(step))
    publish(7, lake=lake, at_step=dying_at(step))


def write_for_ever(url: str, committed: str) -> None:
    lake = Lake(url)
    done = sorted(int(name) for name in os.listdir(committed))
    recover(lambda number: number in done, lake=lake)
    for number in range(max(done, default=0) + 1, 10_000):
        stage(number, batch(), lake=lake)
        (Path(committed) / str(number)).touch()
        publish(number, lake=lake)


def run_until_it_dies(target: Callable[..., None], *arguments: str) -> int | None:
    process = FRESH.Process(target=target, args=arguments)
    process.start()
    process.join(60)
    return process.exitcode


def test_staged_rows_are_invisible_until_published(own_lake: Lake) -> None:
    stage(1, batch(), lake=own_lake)

    before = counts(own_lake)
    publish(1, lake=own_lake)

    assert before == (0, 0)
    assert counts(own_lake) == (4, 1)


def test_staging_again_replaces_what_was_staged(own_lake: Lake) -> None:
    stage(1, batch(), lake=own_lake)
    stage(1, batch(), lake=own_lake)
    publish(1, lake=own_lake)

    assert counts(own_lake) == (4, 1)
    assert len(list(Path(own_lake.storage.url).rglob("events/day=*/*.parquet"))) == 3


def test_a_batch_that_was_not_committed_leaves_no_file_behind(own_lake: Lake) -> None:
    stage(1, batch(), lake=own_lake)
    unstage(1, lake=own_lake)

    assert list(Path(own_lake.storage.url).rglob("*.parquet")) == []
    with pytest.raises(BatchNotStaged):
        publish(1, lake=own_lake)


def test_batches_of_one_writer_out_of_order_are_refused_not_lost(own_lake: Lake) -> None:
    for number in (1, 2):
        stage(number, batch(), lake=own_lake)
    publish(2, lake=own_lake)

    with pytest.raises(BatchOutOfOrder):
        publish(1, lake=own_lake)

    assert counts(own_lake) == (4, 1)


def test_two_writers_count_their_batches_apart(own_lake: Lake) -> None:
    stage(2, batch(), lake=own_lake)
    publish(2, lake=own_lake)
    stage(1, batch(), lake=own_lake, writer="history")
    publish(1, lake=own_lake, writer="history")

    assert counts(own_lake) == (8, 2)


@pytest.mark.slow  # starts a process that is killed
@pytest.mark.parametrize("step", STEPS_OF_STAGING + STEPS_OF_PUBLISHING)
def test_a_committed_batch_is_published_once_wherever_the_process_died(tmp_path: Path, step: str) -> None:
    code = run_until_it_dies(write_and_die, str(tmp_path), step)

    lake = Lake(tmp_path)
    is_committed = step not in ("planned", "written")
    expected = {"done": ([], [])}.get(step, ([7], []) if is_committed else ([], [7]))
    found = recover(lambda number: is_committed, lake=lake)
    again = recover(lambda number: is_committed, lake=lake)

    assert code == -signal.SIGKILL
    assert found == expected
    assert again == ([], [])
    assert counts(lake) == ((4, 1) if is_committed else (0, 0))


@pytest.mark.slow  # starts a writer and kills it at a moment nobody chose, five times
def test_a_writer_killed_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    url, committed = tmp_path / "lake", tmp_path / "committed"
    committed.mkdir()
    for extra in range(5):
        process = FRESH.Process(target=write_for_ever, args=(str(url), str(committed)))
        process.start()
        before = len(os.listdir(committed))
        while len(os.listdir(committed)) < before + 3:
            time.sleep(0.001)
        time.sleep(0.003 * extra)
        process.kill()
        process.join()

    lake = Lake(url)
    numbers = {int(name) for name in os.listdir(committed)}
    recover(numbers.__contains__, lake=lake)

    assert counts(lake) == (4 * len(numbers), len(numbers))
    assert own_files(url) == set(lake.snapshot("events").paths)


def own_files(url: Path) -> set[str]:
    return {str(path) for path in (url / "events").rglob("*.parquet")} - {
        str(path) for path in (url / "events" / "_delta_log").rglob("*.parquet")
    }
