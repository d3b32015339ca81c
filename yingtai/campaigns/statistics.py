"""Intervals as SQL expressions: DuckDB's dialect, Spark's by translation. Pure.

All take columns of counts and sums; see docs/algorithms/lift.md.
"""

Z = 1.959963984540054
"""The 97.5th percentile of the standard normal distribution."""

SRM_LIMIT = 10.827566170662733
"""The chi-square value with one degree of freedom that chance exceeds once in a thousand."""


def wilson(hits: str, n: str, *, sign: str) -> str:
    """Return one end of the Wilson score interval of a share.

    Source: Wilson (1927), JASA 22:209–212
    """
    p = f"(CAST({hits} AS DOUBLE) / CAST({n} AS DOUBLE))"
    centre = f"{p} + {Z * Z} / (2 * {n})"
    reach = f"{Z} * sqrt({p} * (1 - {p}) / {n} + {Z * Z} / (4.0 * {n} * {n}))"
    return f"(({centre} {sign} {reach}) / (1 + {Z * Z} / {n}))"


def newcombe(*, low: bool) -> str:
    """Return one end of the interval of the difference of two shares, from columns p1, l1, u1, p2, l2, u2.

    Source: Newcombe (1998), Statistics in Medicine 17:873–890, method 10
    """
    if low:
        return "(p1 - p2) - sqrt((p1 - l1) * (p1 - l1) + (u2 - p2) * (u2 - p2))"
    return "(p1 - p2) + sqrt((u1 - p1) * (u1 - p1) + (p2 - l2) * (p2 - l2))"


def student(df: str) -> str:
    """Return the 97.5th percentile of Student's t, by the Cornish–Fisher expansion.

    Source: Abramowitz & Stegun 26.7.5; off by less than 0.001 from 5 degrees of freedom on
    """
    g1 = (Z**3 + Z) / 4
    g2 = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    g3 = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    g4 = (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160
    return f"({Z} + {g1} / {df} + {g2} / pow({df}, 2) + {g3} / pow({df}, 3) + {g4} / pow({df}, 4))"


def welch_df() -> str:
    """Return the degrees of freedom of Welch's test from the squared standard errors e1, e2 and n1, n2.

    Source: Welch (1947), Biometrika 34:28–35
    """
    return "(pow(e1 + e2, 2) / nullif(e1 * e1 / (n1 - 1) + e2 * e2 / (n2 - 1), 0))"
