"""Numbers of people for whoever may not see people: in tens, off by some, so that nobody is found by counting.

A count of one tells of one person, and two questions that differ by one sentence tell by their difference. Rounding
alone does not hide that: 29 is 20, and 30 is 30. So a number is first moved by up to ten, by how much only the
installation knows: the same question always gets the same answer, another question is moved by another amount, and
numbers about as large share a part of the move, so that whoever puts one question in many ways does not come to the
true number by averaging. What is fewer than twenty then is told as nothing but that. Shares and averages are worked out
from what is told, never from the true numbers. A sum of money is moved by what up to ten people brought on average, and
of fewer than twenty not told at all. docs/algorithms/audiences.md, ADR 0105.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

from django.utils.crypto import salted_hmac

from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.labels import Label
from yingtai.kernel.shares import OF_QUESTION, OF_SIZE, STEP

FEWEST = 20
FINE = 1_000
"""Sums are not rounded, so they move by parts of a person."""
ALIKE = 50
"""How far apart numbers may be that the size moves alike."""
Counted = TypeVar("Counted")


def is_protected(acting: Acting) -> bool:
    """Say whether the actor reads numbers of people only roughly."""
    return not decide(acting, "view", Label.L3, "customers.profile").allowed


def protected(acting: Acting, counted: Counted, *names: str, about: Any) -> Counted:
    """Return a view with the named numbers of people as the actor may read them.

    In:  about  the question they answer, as JSON can write it: the same words, the same answer
    """
    if not is_protected(acting):
        return counted
    said: dict[str, Any] = {name: roughly(getattr(counted, name), [name, about]) for name in names}
    return replace(counted, **said)  # type: ignore[type-var]


def protected_row(
    acting: Acting, row: Mapping[str, Any], *names: str, about: Any, sums: Sequence[str] = ()
) -> dict[str, Any]:
    """Return a row of an answer with the named numbers of people as the actor may read them.

    What else the row holds tells it from other rows; a fraction does not, for it comes from the true numbers.
    In:  sums  columns that are sums or averages over the people of the first of `names`, such as money
    """
    if not is_protected(acting):
        return dict(row)
    others = {
        name: value
        for name, value in row.items()
        if name not in names and name not in sums and not isinstance(value, float | None)
    }
    told = dict(row) | {name: roughly(row[name], [name, about, others]) for name in names if name in row}
    return told | {
        name: sum_roughly(row[name], row[names[0]], question=[name, about, others])
        if told[names[0]] and row[names[0]] >= FEWEST and row[name] is not None
        else None
        for name in sums
    }


def roughly(people: int | None, question: Any) -> int | None:
    """Return a number of people moved and rounded to ten; 0 stands for fewer than twenty."""
    if people is None:
        return None
    asked = _move(json.dumps(question, sort_keys=True, default=str), OF_QUESTION)
    sized = _move(f"about {people // ALIKE}", OF_SIZE)
    said = (people + asked + sized + STEP // 2) // STEP * STEP
    return said if said >= FEWEST else 0


def sum_roughly(value: float, people: int, *, question: Any) -> float:
    """Return a sum over so many people, moved by the average of up to ten of them; a whole one stays whole.

    It moves by itself, not by as much as the number of people does: who knows both would know how much that is.
    """
    asked = _move(f"sum of {json.dumps(question, sort_keys=True, default=str)}", OF_QUESTION * FINE)
    sized = _move(f"sum about {people // ALIKE}", OF_SIZE * FINE)
    moved = value * (1 + (asked + sized) / FINE / people)
    return type(value)(round(moved)) if float(value).is_integer() else moved


@lru_cache(maxsize=20_000)
def _move(question: str, most: int) -> int:
    digest = salted_hmac("audiences.protecting", question, algorithm="sha256").digest()
    return int.from_bytes(digest[:8]) % (2 * most + 1) - most
