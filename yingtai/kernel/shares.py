"""Shares of people, of numbers as they are told. Pure."""

from math import sqrt

Z = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution."""


def share(part: int | None, whole: int | None) -> float | None:
    """Return a share of numbers as they are told; None when either is too small to be told, or not known."""
    return min(part / whole, 1.0) if part and whole else None


def interval(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share.

    Source: Wilson (1927), JASA 22:209–212
    """
    p = min(part / whole, 1.0)
    middle, reach = p + Z * Z / (2 * whole), Z * sqrt(p * (1 - p) / whole + Z * Z / (4 * whole * whole))
    return (middle - reach) / (1 + Z * Z / whole), (middle + reach) / (1 + Z * Z / whole)
