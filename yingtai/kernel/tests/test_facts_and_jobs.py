"""A fact is told after its transaction, to every handler; a job is queued with it or not at all."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import procrastinate
import pytest
from django.db import connection, transaction

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


@job("kernel.note_example")
def note_example(acting, *, what):
    calls.append((acting.actor, acting.scope, acting.at, what))


@handles(ExampleHappened)
def remember(acting, fact):
    note_example.enqueue(acting, once_per=fact.what, what=fact.what)


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
