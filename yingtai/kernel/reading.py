"""What somebody wrote, read as what it stands for, whatever they wrote."""

MOST_DIGITS = 18
"""So many fit into a number of PostgreSQL; reading thousands of them is slow, and Python refuses."""


def read_whole(text: str) -> int | None:
    """Return a whole number that is written with the digits 0 to 9, or None: "²" is a digit to Python, not to us."""
    is_whole = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_whole else None
