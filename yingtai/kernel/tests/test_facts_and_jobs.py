"""A fact is told after its transaction, to every handler; a job is queued with it or not at all."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import procrastinate
import pytest
from django.db import connection, transaction

from yingtai.kernel.dispatcher import MOST_TRIES, dispatch, try_fact_again
from yingtai.kernel.errors import NotAllowed
from yingtai.kernel.events import DomainEvent, handles, publish
from yingtai.kernel.jobs import WorthAnotherTry, job
from yingtai.kernel.models import OutboxFact
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import as_role, dispatch_facts, run_jobs

calls: list[tuple] = []


@dataclass(frozen=True, kw_only=True)
class ExampleHappened(DomainEvent):
    """Something happened, for the length of a test."""

    name: ClassVar[str] = "kernel.example_happened"

    what: str


@dataclass(frozen=True, kw_only=True)
class TroubleCame(DomainEvent):
    """Something that one of its two handlers cannot bear, for the length of a test."""

    name: ClassVar[str] = "kernel.trouble_came"

    what: str
    added_since: str = "nothing"


@dataclass(frozen=True, kw_only=True)
class NobodyCares(DomainEvent):
    """A fact without a handler, for the length of a test."""

    name: ClassVar[str] = "kernel.nobody_cares"


@job("kernel.note_example")
def note_example(acting, *, what):
    calls.append((acting.actor, acting.scope, acting.at, what))


@handles(ExampleHappened)
def remember(acting, fact):
    note_example.enqueue(acting, once_per=fact.what, what=fact.what)


bears: set[str] = set()


@pytest.fixture(autouse=True)
def _nothing_left(brand):
    """What could not be told is of no concern to other tests."""
    yield
    with as_role("dispatcher"):
        OutboxFact.objects.filter(node_no=brand.node_no).delete()


@handles(TroubleCame)
def cannot_bear(acting, fact):
    if fact.what not in bears:
        note_example.enqueue(acting, what=f"undone {fact.what}")
        raise ZeroDivisionError(fact.what)
    note_example.enqueue(acting, what=f"borne {fact.what}")


@handles(TroubleCame)
def bears_all(acting, fact):
    note_example.enqueue(acting, what=f"{fact.added_since} {fact.what}")


def fact_about(brand):
    """Return what the outbox keeps of the brand's one fact."""
    with as_role("dispatcher"):
        return OutboxFact.objects.get(node_no=brand.node_no)


def dispatch_at(at):
    with as_role("dispatcher"):
        while dispatch(at):
            pass


def waiting(what):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'kernel.note_example' AND args->>'what' = %s",
            [what],
        )
        return cursor.fetchone()[0]


def test_a_fact_queues_its_handlers_job_exactly_once(brand, acting):
    with acting_transaction(acting):
        publish(acting, ExampleHappened(node_no=brand.node_no, occurred_at=acting.at, what=brand.code))
    dispatch_facts()
    dispatch_facts()

    assert waiting(brand.code) == 1
    with as_role("dispatcher"):
        assert not OutboxFact.objects.filter(handled_at=None, node_no=brand.node_no).exists()


def test_a_fact_of_a_failed_transaction_was_never_told(brand, acting):
    with pytest.raises(ZeroDivisionError), acting_transaction(acting):
        publish(acting, ExampleHappened(node_no=brand.node_no, occurred_at=acting.at, what=brand.code))
        1 / 0  # noqa: B018 - the failure is the point
    dispatch_facts()

    assert waiting(brand.code) == 0


def test_an_equal_job_that_waits_already_is_not_queued_again(brand, acting):
    with transaction.atomic():
        assert note_example.enqueue(acting, once_per=brand.code, what=brand.code)
        assert not note_example.enqueue(acting, once_per=brand.code, what=brand.code)

    assert waiting(brand.code) == 1


def test_a_job_acts_in_the_scope_it_was_queued_in_at_the_time_it_runs(brand, acting):
    before = datetime.now(UTC)

    with transaction.atomic():
        note_example.enqueue(acting, what=brand.code)
    run_jobs("default")

    [(actor, scope, at)] = [call[:3] for call in calls if call[3] == brand.code]
    assert (actor, scope) == (acting.actor, brand.scope)
    assert before <= at <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("problem", "attempts", "seconds"),
    [
        (ConnectionResetError(), 0, 1),
        (ConnectionResetError(), 3, 8),
        (ConnectionResetError(), 4, None),
        (NotAllowed(), 0, None),
        (KeyError("a bug"), 0, None),
    ],
)
def test_only_passing_trouble_is_worth_another_try(problem, attempts, seconds):
    class Attempted:
        pass

    Attempted.attempts = attempts

    decision = WorthAnotherTry(5).get_retry_decision(exception=problem, job=Attempted)

    if seconds is None:
        assert decision is None
    else:
        assert isinstance(decision, procrastinate.RetryDecision)


def test_a_handler_that_fails_is_undone_alone_and_tried_again(brand, acting):
    now = datetime.now(UTC)
    with acting_transaction(acting):
        publish(acting, TroubleCame(node_no=brand.node_no, occurred_at=acting.at, what=brand.code))
    dispatch_at(now)

    fact = fact_about(brand)
    assert waiting(f"nothing {brand.code}") == 1
    assert waiting(f"undone {brand.code}") == 0
    assert (fact.attempts, fact.due_at, fact.handled_at) == (1, now + timedelta(seconds=1), None)
    assert re.fullmatch(r"ZeroDivisionError \(test_facts_and_jobs.py:\d+\)", fact.trouble)

    bears.add(brand.code)
    dispatch_at(now)
    assert waiting(f"borne {brand.code}") == 0
    dispatch_at(now + timedelta(seconds=1))

    assert (waiting(f"borne {brand.code}"), waiting(f"nothing {brand.code}")) == (1, 1)
    assert fact_about(brand).handled_at == now + timedelta(seconds=1)


def test_what_fails_for_long_is_parked_until_somebody_lets_it_be_told_again(brand, acting):
    now = datetime.now(UTC)
    with acting_transaction(acting):
        publish(acting, TroubleCame(node_no=brand.node_no, occurred_at=acting.at, what=brand.code))
    for seconds in range(0, 300, 10):
        dispatch_at(now + timedelta(seconds=seconds))

    fact = fact_about(brand)
    assert (fact.attempts, fact.due_at, fact.parked_at is None) == (MOST_TRIES, None, False)

    bears.add(brand.code)
    assert try_fact_again(fact.id) == "kernel.trouble_came"
    assert try_fact_again(fact.id) is None
    dispatch_at(now)

    assert (waiting(f"borne {brand.code}"), waiting(f"nothing {brand.code}")) == (1, 1)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("kernel.of_a_module_that_is_gone", {}),
        ("kernel.trouble_came", {}),
        ("kernel.trouble_came", {"what": "x", "occurred_at": "soon"}),
        ("kernel.trouble_came", None),
    ],
)
def test_a_fact_of_unknown_name_or_shape_is_parked_at_once(brand, acting, name, said):
    with acting_transaction(acting):
        publish(acting, TroubleCame(node_no=brand.node_no, occurred_at=acting.at, what=brand.code))
    with as_role("dispatcher"):
        fact = OutboxFact.objects.get(node_no=brand.node_no)
        OutboxFact.objects.filter(id=fact.id).update(name=name, envelope=fact.envelope | {"fact": said})
    dispatch_at(datetime.now(UTC))

    fact = fact_about(brand)
    assert (fact.parked_at is None, fact.attempts, fact.handled_at) == (False, 1, None)
    assert fact.trouble in {
        "no module knows a fact of this name", "its values are not those of a fact of this name",
    }  # fmt: skip


def test_a_fact_written_before_a_field_was_added_has_its_default(brand, acting):
    bears.add(brand.code)
    with acting_transaction(acting):
        publish(acting, TroubleCame(node_no=brand.node_no, occurred_at=acting.at, what=brand.code))
    with as_role("dispatcher"):
        fact = OutboxFact.objects.get(node_no=brand.node_no)
        old = {name: value for name, value in fact.envelope["fact"].items() if name != "added_since"}
        OutboxFact.objects.filter(id=fact.id).update(envelope=fact.envelope | {"fact": old | {"gone": 1}})
    dispatch_facts()

    assert waiting(f"nothing {brand.code}") == 1


def test_one_that_always_fails_holds_up_nobody(brand, acting):
    """Facts of others among which every hundredth fails are told in the same round."""
    with acting_transaction(acting):
        publish(acting, *[
            TroubleCame(node_no=brand.node_no, occurred_at=acting.at, what=brand.code)
            if number % 100 == 0
            else NobodyCares(node_no=brand.node_no, occurred_at=acting.at)
            for number in range(2_000)
        ])  # fmt: skip
    published_at = datetime.now(UTC)
    dispatch_at(published_at)

    with as_role("dispatcher"):
        facts = OutboxFact.objects.filter(node_no=brand.node_no)
        assert facts.filter(handled_at=published_at).count() == 1_980
        assert facts.filter(attempts=1, due_at=published_at + timedelta(seconds=1)).count() == 20


def test_two_facts_of_one_name_are_refused_at_the_start():
    with pytest.raises(ValueError, match="two facts are called"):

        class Another(DomainEvent):
            name: ClassVar[str] = "kernel.trouble_came"
