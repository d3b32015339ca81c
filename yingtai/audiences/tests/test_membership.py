from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from yingtai.audiences import jobs
from yingtai.audiences.api import (
    AudienceNotFound,
    change_audience,
    count_now,
    create_audience,
    fill,
    get_audience,
    refresh_all,
    refresh_audience,
)
from yingtai.audiences.queries import list_sizes, members_of
from yingtai.audiences.testing import definition, write_events, write_people
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.scope import Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.sets import new_set
from yingtai.kernel.tasks import find_task, start_task
from yingtai.kernel.testing import run_jobs
from yingtai.lake.api import scoped
from yingtai.lake.errors import LakeDamaged
from yingtai.lake.relations import reachable
from yingtai.lake.rounds import known_damage, look_over
from yingtai.lake.store import the_lake
from yingtai.lake.testing import harm_values
from yingtai.organization.testing import MONDAY, BrandForTest, make_acting

ORDER = "Order Completed"
BUYERS = {"join": "all", "parts": [{"block": "did", "event": ORDER}]}
CHANGES = 'SELECT profile_no, change FROM audience_changes WHERE audience_no = $no ORDER BY "at", profile_no'
ENTERED = "SELECT node_no, entered_at FROM audience_members WHERE audience_no = $no ORDER BY profile_no"


def order(brand: BrandForTest, *people: int, node_no: int | None = None) -> None:
    rows = [{"profile_no": n, "event": ORDER, "occurred_at": MONDAY - timedelta(days=1)} for n in people]
    write_events(node_no or brand.node_no, rows)


@pytest.fixture
def people(brand: BrandForTest, lake: object) -> list[int]:
    numbers = [brand.node_no + number for number in range(1, 6)]
    places = [brand.node_no, brand.node_no, brand.dealer_no, brand.dealer_no, brand.other_dealer_no]
    write_people(brand.node_no, dict(zip(numbers, places, strict=True)), at=MONDAY)
    return numbers


@pytest.fixture
def buyers(brand: BrandForTest, acting: Acting) -> UUID:
    return create_audience(acting, node_no=brand.node_no, name="Buyers", definition=BUYERS)


def members(acting: Acting, audience_id: UUID) -> list[int]:
    return [number for number, _since in members_of(acting, audience_id, limit=100).rows]


def test_a_refresh_notes_exactly_who_entered_and_left(
    brand: BrandForTest, acting: Acting, people: list[int], buyers: UUID
) -> None:
    order(brand, *people[:3])
    refresh_audience(acting, buyers)
    view = get_audience(acting, buyers)
    assert (view.people, view.entered, view.left, view.is_current) == (3, 3, 0, True)

    order(brand, people[3])
    write_people(brand.node_no, dict.fromkeys(people[1:], brand.dealer_no), at=MONDAY)
    tuesday = acting.at_time(MONDAY + timedelta(days=1))
    refresh_audience(tuesday, buyers)
    view = get_audience(acting, buyers)
    assert (view.people, view.entered, view.left) == (3, 1, 1)
    assert members(acting, buyers) == people[1:4]

    lake = scoped(acting.scope)
    changes = lake.query(CHANGES, {"no": view.audience_no}).to_pylist()
    assert [(row["profile_no"], row["change"]) for row in changes] == [
        *[(number, "entered") for number in people[:3]], (people[0], "left"), (people[3], "entered"),
    ]  # fmt: skip
    # Who stayed keeps the day they came, and is found where they belong now.
    rows = lake.query(ENTERED, {"no": view.audience_no}).to_pylist()
    assert [row["entered_at"] for row in rows] == [MONDAY, MONDAY, tuesday.at]
    assert {row["node_no"] for row in rows} == {brand.dealer_no}
    sizes = [(size.people, size.entered, size.left) for size in list_sizes(acting, view.audience_no)]
    assert sizes == [(3, 3, 0), (3, 1, 1)]


def test_refreshing_twice_changes_nothing(
    brand: BrandForTest, acting: Acting, people: list[int], buyers: UUID
) -> None:
    order(brand, *people)
    refresh_audience(acting, buyers)
    before = scoped(acting.scope).version
    refresh_audience(acting.at_time(MONDAY + timedelta(hours=1)), buyers)
    view = get_audience(acting, buyers)
    assert (view.people, view.entered, view.left) == (5, 0, 0)
    assert scoped(acting.scope).version == before


def test_an_empty_audience_refreshes(acting: Acting, people: list[int], buyers: UUID) -> None:
    refresh_audience(acting, buyers)
    assert (get_audience(acting, buyers).people, members(acting, buyers)) == (0, [])


def test_an_audience_made_of_another_uses_its_stored_membership(
    brand: BrandForTest, acting: Acting, people: list[int], buyers: UUID
) -> None:
    order(brand, *people[:2])
    number = get_audience(acting, buyers).audience_no
    inside, outside = (
        {"block": "member", "audience": number},
        {"block": "member", "audience": number, "negated": True},
    )
    assert count_now(acting, definition(inside)).people == 0
    refresh_audience(acting, buyers)
    order(brand, people[2])
    assert count_now(acting, definition(inside)).people == 2
    assert count_now(acting, definition(outside)).people == 3


def test_filling_asks_anew(brand: BrandForTest, acting: Acting, people: list[int], buyers: UUID) -> None:
    order(brand, *people[:2])
    refresh_audience(acting, buyers)
    order(brand, people[2])
    with acting_transaction(acting):
        chosen = new_set()
        assert fill(acting, chosen, buyers) == 3
        assert chosen.count_by_reason() == {None: 3}


def test_everything_is_refreshed_in_one_go_inner_audiences_first(
    brand: BrandForTest, acting: Acting, people: list[int]
) -> None:
    outer = create_audience(acting, node_no=brand.node_no, name="Outer", definition={"join": "all"})
    inner = create_audience(acting, node_no=brand.node_no, name="Inner", definition=BUYERS)
    number = get_audience(acting, inner).audience_no
    change_audience(
        acting, outer, name="Outer",
        definition={"join": "all", "parts": [{"block": "member", "audience": number, "negated": True}]},
    )  # fmt: skip
    dealers = create_audience(
        acting, node_no=brand.dealer_no, name="At the dealer", definition={"join": "all"}
    )
    order(brand, *people[:3])
    steps: list[tuple[int, int]] = []
    assert refresh_all(acting, progress=lambda done, total: steps.append((done, total))) == 3
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert members(acting, inner) == people[:3]
    assert members(acting, outer) == people[3:]
    assert members(acting, dealers) == people[2:4]


def test_the_schedule_refreshes_every_brand(
    brand: BrandForTest, neighbour: BrandForTest, acting: Acting, neighbour_acting: Acting, people: list[int],
    buyers: UUID,
) -> None:  # fmt: skip
    theirs = create_audience(
        neighbour_acting, node_no=neighbour.node_no, name="All", definition={"join": "all"}
    )
    write_people(neighbour.node_no, {neighbour.node_no + 1: neighbour.node_no}, at=MONDAY)
    order(brand, people[0])
    # Not everything: that would be the audiences of all other tests as well.
    jobs.refresh_all(system("web", Scope.of(brand.node_no, neighbour.node_no), MONDAY))
    assert members(acting, buyers) == people[:1]
    assert members(neighbour_acting, theirs) == [neighbour.node_no + 1]


def test_the_damage_of_one_brand_is_passed_over_and_told_in_the_end(
    brand: BrandForTest, neighbour: BrandForTest, acting: Acting, neighbour_acting: Acting, people: list[int],
    buyers: UUID,
) -> None:  # fmt: skip
    theirs = create_audience(neighbour_acting, node_no=neighbour.node_no, name="Buyers", definition=BUYERS)
    write_people(neighbour.node_no, {neighbour.node_no + 1: neighbour.node_no}, at=MONDAY)
    order(brand, people[0])
    write_events(
        neighbour.node_no, [{"profile_no": neighbour.node_no + 1, "event": ORDER, "occurred_at": MONDAY}]
    )
    both = system("web", Scope.of(brand.node_no, neighbour.node_no), MONDAY)
    for harmed, well, who, chosen in (
        (brand, neighbour_acting, theirs, [neighbour.node_no + 1]),
        (neighbour, acting, buyers, people[:1]),
    ):
        [path] = reachable(the_lake().snapshot("events"), Scope.of(harmed.node_no))
        sound = harm_values(Path(path))
        for job in (jobs.refresh_all, jobs.keep_score_bounds):
            with pytest.raises(LakeDamaged, match=Path(path).name):
                job(both)
        assert members(well, who) == chosen
        assert known_damage() == [path]
        Path(path).write_bytes(sound)
        assert look_over() == []


def test_dealers_and_neighbours_see_nothing_that_is_not_theirs(
    brand: BrandForTest, acting: Acting, neighbour_acting: Acting, people: list[int], buyers: UUID
) -> None:
    order(brand, *people[:2])
    order(brand, *people[2:4], node_no=brand.dealer_no)
    refresh_audience(acting, buyers)
    number = get_audience(acting, buyers).audience_no
    inside = definition({"block": "member", "audience": number})
    dealer, other = make_acting(brand.dealer_no), make_acting(brand.other_dealer_no)
    for asked, expected in ((BUYERS, 2), ({"join": "all"}, 2)):
        assert count_now(dealer, definition(*asked.get("parts", []))).people == expected
    assert count_now(dealer, inside).people == 2
    assert count_now(other, inside).people == 0
    assert count_now(neighbour_acting, inside).people == 0
    assert count_now(neighbour_acting, definition()).people == 0
    for stranger in (dealer, neighbour_acting):
        with pytest.raises(AudienceNotFound):
            members_of(stranger, buyers, limit=1)
        with pytest.raises(AudienceNotFound), acting_transaction(stranger):
            fill(stranger, new_set(), buyers)


def test_a_refresh_on_request_is_a_task_that_ends(
    brand: BrandForTest, acting: Acting, people: list[int], buyers: UUID
) -> None:
    task_id = start_task(acting, "audiences.refresh", node_no=brand.node_no)
    with acting_transaction(acting):
        jobs.refresh_audience.enqueue(acting, audience_id=str(buyers), task_id=str(task_id))
    run_jobs("audiences")
    task = find_task(acting, task_id)
    assert task is not None
    assert task.state == "done"
    assert get_audience(acting, buyers).refreshed_at is not None
