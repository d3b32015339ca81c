"""Names for copies: no two things of a place are called alike."""

from collections.abc import Collection

from django.utils.translation import gettext

LONGEST_COPIED = 114
"""Room for a number behind it is left of the 120 characters that names have."""


def free_name(name: str, taken: Collection[str], *, longest: int) -> str:
    """Return the name, or with the first number that makes it one of its own: `Spring copy`, `Spring copy 2`."""
    wanted, number = name[:longest], 2
    while wanted in taken:
        ending = f" {number}"
        wanted, number = name[: longest - len(ending)] + ending, number + 1
    return wanted


def copied_name(name: str) -> str:
    """Return what a copy is called: `Spring copy`. A long name is shortened, the word behind it is not."""
    words = gettext("{name} copy")
    room = LONGEST_COPIED - len(words.format(name=""))
    return words.format(name=name if len(name) <= room else f"{name[: room - 1].rstrip()}…")
