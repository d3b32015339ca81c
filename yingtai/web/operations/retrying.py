"""Letting a failed job or a parked fact try again, or a fact go untold: deeds, for what follows may send or erase."""

from collections.abc import Collection
from datetime import datetime

import psycopg
from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from yingtai.kernel.acting import Acting, require
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.dispatcher import let_facts_go, try_fact_again
from yingtai.kernel.errors import NotAllowed
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import record_deed
from yingtai.web.errors import EqualJobWaits, FactNotParked, JobNotFailed

PLACE = "operations.job"
GROUP_NODE = 0
NAME_OF_FAILED = "SELECT task_name FROM procrastinate_jobs WHERE id = %s AND status = 'failed' FOR UPDATE"
RETRY = "SELECT procrastinate_retry_job_v2(%s, %s, NULL, NULL, NULL)"

deed_words.register("job.tried-again", _("let a failed job try again"))
deed_words.register("fact.tried-again", _("delivered a parked internal message again"))
deed_words.register("fact.let-go", _("let parked internal messages go"))
MOST_NAMED = 50
"""So many numbers of facts stand in the record of one deed."""


def may_see_jobs(acting: Acting) -> bool:
    """Say whether someone works for the whole installation: its jobs are everybody's."""
    return acting.scope.contains(EVERYTHING)


def try_again(acting: Acting, job_id: int) -> str:
    """Queue a failed job once more and return its name.

    Raises: NotAllowed, JobNotFailed, EqualJobWaits
    """
    require_operator(acting)
    try:
        with acting_transaction(acting):
            name = _retry(job_id, acting.at)
            record_deed(acting, "job.tried-again", node_no=GROUP_NODE, about=name, job=job_id)
    except IntegrityError as problem:
        if isinstance(problem.__cause__, psycopg.errors.UniqueViolation):
            raise EqualJobWaits from problem
        raise
    return name


def tell_again(acting: Acting, fact_id: int) -> str:
    """Let a parked fact be told to those it is still owed to, and return its name.

    Raises: NotAllowed, FactNotParked
    """
    require_operator(acting)
    with acting_transaction(acting):
        name = try_fact_again(fact_id)
        if name is None:
            raise FactNotParked
        record_deed(acting, "fact.tried-again", node_no=GROUP_NODE, about=name, fact=fact_id)
    return name


def let_go(acting: Acting, fact_ids: Collection[int], *, alike: bool, reason: str) -> int:
    """Let parked facts go: nobody is told, and what was to follow never happens. Return how many.

    In:  alike   take all parked facts with them that have the name and the trouble of one of these
    Raises: NotAllowed, FactNotParked
    """
    require_operator(acting)
    with acting_transaction(acting):
        gone = let_facts_go(fact_ids, acting.at, alike=alike)
        if not gone:
            raise FactNotParked
        for name, ids in gone.items():
            record_deed(
                acting, "fact.let-go", node_no=GROUP_NODE, about=name, count=len(ids), facts=ids[:MOST_NAMED],
                reason=reason,
            )  # fmt: skip
    return sum(map(len, gone.values()))


def require_operator(acting: Acting) -> None:
    """Raises: NotAllowed"""
    require(acting, "administer", Label.L2, PLACE)
    if not may_see_jobs(acting):
        raise NotAllowed


def _retry(job_id: int, at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute(NAME_OF_FAILED, [job_id])
        row = cursor.fetchone()
        if row is None:
            raise JobNotFailed
        cursor.execute(RETRY, [job_id, at])
    return str(row[0])
