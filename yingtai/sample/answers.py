"""What sample people answered when they were asked for consent."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from yingtai.compliance.api import ConsentRow, record_consents
from yingtai.customers.api import profiles_behind
from yingtai.kernel.acting import Acting
from yingtai.sample.naming import user_ids
from yingtai.sample.people import DAYS
from yingtai.sample.sets import Story

WITHDRAWS = 0.06
QUESTIONS = (("marketing.email", "email", 0.72), ("marketing.sms", "sms", 0.5))
"""Purpose, channel, and the share of people who agree."""
EVIDENCE = {"form": "sign-up"}


def record_answers(acting: Acting, story: Story) -> int:
    """Record what everyone who is known answered about marketing by e-mail and text; return how many answers."""
    people = story.people
    asked = np.flatnonzero(people.is_known & ~people.is_twin)
    found = profiles_behind(acting, "user", user_ids(people, asked).to_pylist(), node_no=story.node_no)
    chances = np.random.default_rng([story.seed, len(people)]).random((len(people), len(QUESTIONS), 3))
    rows = [
        row
        for person, profile in zip(asked.tolist(), found, strict=True)
        if profile is not None
        for row in _answers(story, person, profile, chances[person].tolist())
    ]
    return record_consents(acting, rows, announce=False).recorded


def _answers(
    story: Story, person: int, profile: tuple[int, int], chances: list[list[float]]
) -> Iterator[ConsentRow]:
    asked_at = story.ends_at - timedelta(days=DAYS - float(story.people.known_from[person]))
    for (purpose, channel, share), (agrees, withdraws, when) in zip(QUESTIONS, chances, strict=True):
        status = "granted" if agrees < share else "denied"
        yield _row(*profile, purpose, channel, status, asked_at)
        if status == "granted" and withdraws < WITHDRAWS:
            later = asked_at + (story.ends_at - asked_at) * when
            yield _row(*profile, purpose, channel, "withdrawn", later)


def _row(profile_no: int, node_no: int, purpose: str, channel: str, status: str, at: datetime) -> ConsentRow:
    return ConsentRow(profile_no, node_no, purpose, channel, status, at, "sign-up form", 1, evidence=EVIDENCE)
