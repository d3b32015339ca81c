"""What is over its time goes: of that brand, that event, those days; and nothing else."""

from collections import Counter
from datetime import date

import pytest

from yingtai.kernel.scope import EVERYTHING, node_no
from yingtai.lake import maintenance
from yingtai.lake.errors import TableIsBusy
from yingtai.lake.expiring import Overdue, expire, overdue
from yingtai.lake.reading import scoped
from yingtai.lake.store import Lake
from yingtai.lake.summarizing import summarize
from yingtai.lake.testing import events_of, on, rows_of
from yingtai.lake.writing import append

OURS, THEIRS = node_no(7), node_no(8)
OLD, EDGE, NEW = date(2024, 5, 31), date(2024, 6, 1), date(2026, 6, 1)
LEFT = "SELECT node_no, event, day, count(*) AS rows FROM events GROUP BY ALL ORDER BY ALL"
SOLD = "SELECT day, count(*) AS rows FROM purchases GROUP BY ALL ORDER BY ALL"


def fill(lake: Lake) -> None:
    for place in (OURS, THEIRS):
        for day in (date(2024, 5, 1), OLD, EDGE, NEW):
            for event in ("Page Viewed", "Order Completed"):
                rows = events_of([{"event": event}] * 2, node_no=place, occurred_at=on(day))
                append("events", rows, lake=lake)


def left(lake: Lake, sql: str = LEFT) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in scoped(EVERYTHING, lake=lake).query(sql).to_pylist()]


def test_old_rows_of_one_event_of_one_brand_go(own_lake: Lake) -> None:
    fill(own_lake)
    asked = {"brand_no": 7, "before": EDGE, "events": ["Page Viewed", "Never Seen"], "lake": own_lake}
    before = left(own_lake)

    assert overdue("events", **asked) == {"Page Viewed": Overdue(4, date(2024, 5, 1))}
    assert expire("events", **asked) == Counter({"Page Viewed": 4})
    assert left(own_lake) == [
        row for row in before if not (row[0] == OURS and row[1] == "Page Viewed" and row[2] < EDGE)
    ]
    assert (overdue("events", **asked), expire("events", **asked)) == ({}, Counter())


def test_a_run_that_dies_has_done_whole_days_and_the_next_one_the_rest(
    own_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(own_lake)
    asked = {"brand_no": 7, "before": EDGE, "events": ["Page Viewed"], "lake": own_lake}
    usual, calls = maintenance.commit, iter(range(9))

    def dying(*given: object, **more: object) -> object:
        if next(calls):
            raise KeyboardInterrupt
        return usual(*given, **more)

    monkeypatch.setattr(maintenance, "commit", dying)
    with pytest.raises(KeyboardInterrupt):
        expire("events", **asked)
    monkeypatch.setattr(maintenance, "commit", usual)

    assert sum(one.rows for one in overdue("events", **asked).values()) == 2
    assert expire("events", **asked) == Counter({"Page Viewed": 2})
    assert len(left(own_lake)) == 14


def test_files_that_something_else_merged_after_a_run_died_were_not_its_removal(
    own_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(own_lake)
    asked = {"brand_no": 7, "before": EDGE, "events": ["Page Viewed"], "lake": own_lake}
    told: list[Counter[str]] = []

    def dying(*_given: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(maintenance, "commit", dying)
        expire("events", **asked)
    maintenance.compact("events", lake=own_lake)
    expire("events", told=lambda gone, removal: told.append(gone), **asked)

    assert sum(told, Counter()) == Counter({"Page Viewed": 4})
    assert overdue("events", **asked) == {}


def test_days_that_something_else_changes_are_left_to_the_next_run(
    own_lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(own_lake)
    before = left(own_lake)

    def busy(*_given: object, **_more: object) -> None:
        raise TableIsBusy(table="events")

    monkeypatch.setattr(maintenance, "commit", busy)

    assert expire("events", brand_no=7, before=EDGE, events=["Page Viewed"], lake=own_lake) == Counter()
    assert left(own_lake) == before


@pytest.mark.parametrize("is_summed_up_again", [False, True])
def test_summaries_say_what_is_left(own_lake: Lake, is_summed_up_again: bool) -> None:
    fill(own_lake)
    summarize(lake=own_lake, quiet_ms=-60_000)
    expire("events", brand_no=7, before=EDGE, events=["Order Completed"], lake=own_lake)
    expire("events", brand_no=8, before=EDGE, events=["Order Completed"], lake=own_lake)
    if is_summed_up_again:
        summarize(lake=own_lake, quiet_ms=-60_000)

    assert left(own_lake, SOLD) == [(EDGE, 4), (NEW, 4)]


def test_lines_of_orders_go_by_their_day(own_lake: Lake) -> None:
    for day in (OLD, NEW):
        lines = rows_of(
            "order_lines", [{"order_id": "a", "line_no": 1}] * 3, node_no=OURS, day=day, currency="CNY"
        )
        append("order_lines", lines, lake=own_lake)

    assert expire("order_lines", brand_no=7, before=EDGE, lake=own_lake) == Counter({"": 3})
    assert left(own_lake, "SELECT day, count(*) FROM order_lines GROUP BY ALL") == [(NEW, 3)]
