"""Which time a line stands in a file: the first, the second, … Real files hold identical lines that are real."""

from typing import Any

import numpy as np

Numbers = np.ndarray[Any, Any]


class Occurrences:
    """Counts equal lines across batches in twelve bytes per distinct line.

    Lines are told apart by the first eight bytes of their digest. Should two different lines share those,
    their occurrence numbers are shared too, which is as good: the whole digest goes into the key beside it.
    """

    def __init__(self) -> None:
        self._known = np.empty(0, dtype=np.uint64)
        self._counts = np.empty(0, dtype=np.uint32)

    def number(self, digests: list[bytes]) -> Numbers:
        """Return for each line how often it stood in the file so far, itself included."""
        marks = np.frombuffer(b"".join(digest[:8] for digest in digests), dtype=np.uint64)
        distinct, inverse, counts = np.unique(marks, return_inverse=True, return_counts=True)
        numbers: Numbers = _rank(inverse, counts) + 1 + self._before(distinct)[inverse]
        self._add(distinct, counts)
        return numbers

    def _before(self, distinct: Numbers) -> Numbers:
        places = np.searchsorted(self._known, distinct)
        found = np.zeros(len(distinct), dtype=np.int64)
        inside = places < len(self._known)
        hits = np.zeros(len(distinct), dtype=bool)
        hits[inside] = self._known[places[inside]] == distinct[inside]
        found[hits] = self._counts[places[hits]]
        return found

    def _add(self, distinct: Numbers, counts: Numbers) -> None:
        if not len(distinct):
            return
        known = np.concatenate((self._known, distinct))
        order = np.argsort(known, kind="stable")
        known, both = known[order], np.concatenate((self._counts, counts.astype(np.uint32)))[order]
        starts = np.flatnonzero(np.concatenate(([True], known[1:] != known[:-1])))
        self._known = known[starts]
        self._counts = np.add.reduceat(both, starts)


def _rank(inverse: Numbers, counts: Numbers) -> Numbers:
    """Return for each element how many equal ones stand before it."""
    order = np.argsort(inverse, kind="stable")
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    ranks = np.empty(len(inverse), dtype=np.int64)
    ranks[order] = np.arange(len(inverse)) - starts
    return ranks
