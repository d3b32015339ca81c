"""What sample people answered when they were asked for consent."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from yingtai.compliance.api import ConsentRow, record_consents
from yingtai.customers.api import profiles_behind
from yingtai.kernel.acting import Acting
from yingtai.sample.people import DAYS
from yingtai.sample.sets import Story

AGREES, WITHDRAWS, AGREES_TO_TEXTS = 0.72, 0.06, 0.5
EVIDENCE = {"form": "sign-up"}


def record_answers(acting: Acting, story: Story) -> int:
    """Record what everyone who is known answered about marketing by e-mail and text; return how many answers."""
    people = story.people
    asked = np.flatnonzero(people.is_known & ~people.is_twin)
    found = profiles_behind(
        acting, "user", [people.user_id(int(person)) for person in asked], node_no=story.node_no
    )
    rows = [
        row
        for person, profile in zip(asked, found, strict=True)
        if profile is not None
        for row in _answers(story, int(person), *profile)
    ]
    return record_consents(acting, rows, announce=False).recorded


def _answers(story: Story, person: int, profile_no: int, node_no: int) -> Iterator[ConsentRow]:
    random = np.random.default_rng([story.seed, person])
    asked_at = story.ends_at - timedelta(days=DAYS - float(story.people.known_from[person]))
    for purpose, channel, share in (
        ("marketing.email", "email", AGREES),
        ("marketing.sms", "sms", AGREES_TO_TEXTS),
    ):
        status = "granted" if random.random() < share else "denied"
        yield _row(profile_no, node_no, purpose, channel, status, asked_at)
        if status == "granted" and random.random() < WITHDRAWS:
            later = asked_at + (story.ends_at - asked_at) * random.random()
            yield _row(profile_no, node_no, purpose, channel, "withdrawn", later)


def _row(profile_no: int, node_no: int, purpose: str, channel: str, status: str, at: datetime) -> ConsentRow:
    return ConsentRow(profile_no, node_no, purpose, channel, status, at, "sign-up form", 1, evidence=EVIDENCE)
