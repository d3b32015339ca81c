"""Names for copies: no two things of a place are called alike."""

from collections.abc import Collection


def free_name(name: str, taken: Collection[str], *, longest: int) -> str:
    """Return the name, or with the first number that makes it one of its own: `Spring copy`, `Spring copy 2`."""
    wanted, number = name[:longest], 2
    while wanted in taken:
        ending = f" {number}"
        wanted, number = name[: longest - len(ending)] + ending, number + 1
    return wanted
