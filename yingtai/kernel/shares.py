"""Shares of people, of numbers as they are told. Pure."""

from math import sqrt

STEP = 10
OF_QUESTION, OF_SIZE = 7, 3
"""How far the question and the size move a number before it is rounded to the step; together a step."""
MOST_OFF = OF_QUESTION + OF_SIZE + STEP // 2
"""How far a number as it is told may be from the true one."""
Z = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution."""


def share(part: int | None, whole: int | None) -> float | None:
    """Return a share of numbers as they are told; None when either is too small to be told, or not known."""
    return min(part / whole, 1.0) if part and whole else None


def rough_interval(part: int, whole: int) -> tuple[float, float]:
    """Return an interval that holds the 95 % score interval of the true share, whatever it is.

    What was told is not what was counted, and the difference must not look like a finding.
    """
    low, _high = _wilson(max(part - MOST_OFF, 0), whole + MOST_OFF)
    _low, high = _wilson(part + MOST_OFF, max(whole - MOST_OFF, 1))
    return low, high


def _wilson(part: int, whole: int) -> tuple[float, float]:
    # Wilson (1927), JASA 22:209–212
    p = min(part / whole, 1.0)
    middle, reach = p + Z * Z / (2 * whole), Z * sqrt(p * (1 - p) / whole + Z * Z / (4 * whole * whole))
    return (middle - reach) / (1 + Z * Z / whole), (middle + reach) / (1 + Z * Z / whole)
