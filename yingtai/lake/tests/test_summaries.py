"""A summary answers exactly as its source would, whatever was summed up, written, moved or erased since."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yingtai.kernel.scope import EVERYTHING, Scope, node_no
from yingtai.lake.maintenance import compact, erase, tidy
from yingtai.lake.reading import scoped
from yingtai.lake.store import Lake
from yingtai.lake.summaries import SUMMARIES, Summary
from yingtai.lake.summarizing import Summarized, read_months, summarize
from yingtai.lake.testing import DEALER, events_of, moves_of, on, rows_of
from yingtai.lake.writing import append, commit

NEIGHBOUR = node_no(2, 1, 1)
ORDER = {"event": "Order Completed", "amount_minor": 100, "currency": "CNY", "order_id": "a"}
FIRST, SECOND, NEXT_MONTH = date(2026, 6, 1), date(2026, 6, 2), date(2026, 7, 1)


def found(lake: Lake, summary: Summary, scope: Scope = EVERYTHING) -> list[tuple]:
    columns = ", ".join(summary.table.declared)
    rows = scoped(scope, lake=lake).query(f"SELECT {columns} FROM {summary.table.name}")
    return sorted((tuple(row.values()) for row in rows.to_pylist()), key=repr)


def expected(lake: Lake, summary: Summary, scope: Scope = EVERYTHING) -> list[tuple]:
    # No metric could ask like this in one go: the columns differ from table to table.
    columns = ", ".join(summary.table.declared)
    rows = scoped(scope, lake=lake).query(f"SELECT {columns} FROM ({summary.select(summary.source)})")
    return sorted((tuple(row.values()) for row in rows.to_pylist()), key=repr)


def assert_same(lake: Lake) -> None:
    for summary in SUMMARIES.values():
        for scope in (EVERYTHING, Scope.of(DEALER), Scope.of(NEIGHBOUR), Scope.of(node_no(1, 2), NEIGHBOUR)):
            assert found(lake, summary, scope) == expected(lake, summary, scope), summary.table.name


def fill(lake: Lake) -> None:
    for node in (DEALER, NEIGHBOUR):
        for day in (FIRST, SECOND, NEXT_MONTH):
            rows = [
                {"alias_no": 1, "profile_no": 1, **ORDER},
                {"alias_no": 2, "profile_no": 2},
                {"alias_no": None, "profile_no": None, **ORDER},
            ]
            append("events", events_of(rows, node_no=node, occurred_at=on(day)), lake=lake)
    line = {"order_id": "a", "line_no": 1, "product_id": "mat", "quantity": 1.0, "amount_minor": 5}
    append("order_lines", rows_of("order_lines", [line], day=FIRST, currency="CNY"), lake=lake)


def sum_up(lake: Lake) -> Summarized:
    return summarize(lake=lake, quiet_ms=-60_000)


def test_before_anything_is_summed_up_the_source_answers(own_lake: Lake) -> None:
    fill(own_lake)

    assert_same(own_lake)


def test_what_is_summed_up_answers_like_the_source_and_a_repeat_does_nothing(own_lake: Lake) -> None:
    fill(own_lake)

    assert sum_up(own_lake).months == 7
    assert_same(own_lake)
    assert sum_up(own_lake) == Summarized()


def test_a_late_event_is_seen_at_once_and_only_its_month_is_written_anew(own_lake: Lake) -> None:
    fill(own_lake)
    sum_up(own_lake)

    append("events", events_of([ORDER], occurred_at=on(SECOND, 20)), lake=own_lake)

    assert_same(own_lake)
    assert sum_up(own_lake).months == 3  # June of purchases, of activity and of its days
    assert_same(own_lake)


def test_a_day_that_is_written_to_just_now_waits(own_lake: Lake) -> None:
    fill(own_lake)

    assert summarize(lake=own_lake, quiet_ms=60_000) == Summarized()
    assert_same(own_lake)


def test_an_alias_that_moves_later_moves_in_the_summary_too(own_lake: Lake) -> None:
    fill(own_lake)
    sum_up(own_lake)

    append("alias_map", moves_of([(2, 1)]), lake=own_lake)

    assert_same(own_lake)
    sum_up(own_lake)
    rows = scoped(EVERYTHING, lake=own_lake).query("SELECT DISTINCT profile_no FROM activity ORDER BY 1")
    assert rows["profile_no"].to_pylist() == [1, None]


def test_upkeep_of_the_source_changes_no_answer(own_lake: Lake) -> None:
    fill(own_lake)
    sum_up(own_lake)

    for name in ("events", "activity", "purchases"):
        compact(name, lake=own_lake)
        tidy(name, lake=own_lake)

    assert_same(own_lake)
    sum_up(own_lake)
    assert_same(own_lake)


def test_an_erased_person_is_in_no_summary(own_lake: Lake) -> None:
    fill(own_lake)
    sum_up(own_lake)

    erase(alias_nos=[1], profile_nos=[1], lake=own_lake)

    assert_same(own_lake)
    activity = own_lake.snapshot("activity")
    sql = f"SELECT count(*) AS n FROM read_parquet({list(activity.paths)}) WHERE profile_no = 1"
    assert own_lake.engine.session().query(sql)["n"].to_pylist() == [0]


def test_a_day_that_is_gone_from_the_source_goes_from_the_summary_too(own_lake: Lake) -> None:
    # So it is when days are summed up while somebody is erased who alone did anything in one of them.
    append("events", events_of([{"alias_no": 1, "profile_no": 1}], occurred_at=on(FIRST)), lake=own_lake)
    sum_up(own_lake)
    held = own_lake.snapshot("events")
    commit(own_lake, held.table, [], reason="rewrite", instead_of=lambda now: now.paths)

    sum_up(own_lake)

    assert own_lake.snapshot("activity").paths == ()
    assert sum_up(own_lake) == Summarized()


def test_without_its_document_a_summary_is_not_believed(own_lake: Lake) -> None:
    fill(own_lake)
    sum_up(own_lake)
    for summary in SUMMARIES.values():
        own_lake.storage.remove(f"_summaries/{summary.table.name}.json")

    assert_same(own_lake)
    assert sum_up(own_lake).months == 7
    assert_same(own_lake)


def test_a_reader_stays_at_its_moment_while_days_are_summed_up(own_lake: Lake) -> None:
    fill(own_lake)
    reader = scoped(EVERYTHING, lake=own_lake)
    [before] = reader.query("SELECT count(*) AS n FROM events").to_pylist()

    append("events", events_of([{}] * 7, occurred_at=on(FIRST)), lake=own_lake)
    sum_up(own_lake)

    [after] = reader.query("SELECT sum(events) AS n FROM activity").to_pylist()
    assert after == before


def test_the_neighbour_is_not_in_the_answer(own_lake: Lake) -> None:
    fill(own_lake)
    sum_up(own_lake)

    rows = scoped(Scope.of(DEALER), lake=own_lake).query("SELECT DISTINCT node_no FROM activity")

    assert rows["node_no"].to_pylist() == [DEALER]


def test_what_was_made_of_a_month_is_written_down_by_day(own_lake: Lake) -> None:
    fill(own_lake)
    sum_up(own_lake)

    months = read_months(own_lake, SUMMARIES["purchases"])

    days = {month: sorted(made.days) for month, made in months.items()}
    assert days == {"202606": [FIRST, SECOND], "202607": [NEXT_MONTH]}


steps = st.lists(
    st.one_of(
        st.tuples(st.just("event"), st.integers(1, 3), st.integers(1, 5), st.booleans()),
        st.tuples(st.just("move"), st.integers(1, 3), st.integers(1, 3)),
        st.tuples(st.sampled_from(["sum up", "compact", "erase"]), st.integers(1, 3)),
    ),
    max_size=8,
)


@pytest.mark.slow  # each example fills a lake of its own
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_happens_a_summary_answers_like_its_source(
    steps: list[tuple], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    for step, *values in steps:
        if step == "event":
            alias, day, is_order = values
            row = {"alias_no": alias, "profile_no": alias} | (ORDER if is_order else {})
            append("events", events_of([row], occurred_at=on(date(2026, 6, 26 + day - 1))), lake=lake)
        elif step == "move":
            append("alias_map", moves_of([(values[0], values[1])]), lake=lake)
        elif step == "sum up":
            sum_up(lake)
        elif step == "compact":
            compact("events", lake=lake)
        else:
            erase(alias_nos=values, lake=lake)
        assert_same(lake)
