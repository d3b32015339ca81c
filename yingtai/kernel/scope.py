"""The organization tree in one number, and the ranges of it that someone may see.

`node_no` is `brand << 40 | region << 24 | dealer`, zero meaning none below. A subtree is a half-open
range, so one comparison decides in PostgreSQL, DuckDB and Spark alike.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

BRAND_SHIFT, REGION_SHIFT = 40, 24
REGION_BITS, DEALER_BITS = 16, 24
HIGHEST = 2**63 - 1


class Range(NamedTuple):
    """Node numbers from `lo` (included) to `hi` (excluded)."""

    lo: int
    hi: int


def node_no(brand: int, region: int = 0, dealer: int = 0) -> int:
    """Return the number of a brand, a region of it, or a dealer."""
    if not (0 < brand < 2**23 and 0 <= region < 2**REGION_BITS and 0 <= dealer < 2**DEALER_BITS):
        raise ValueError(f"no such node: brand {brand}, region {region}, dealer {dealer}")
    return brand << BRAND_SHIFT | region << REGION_SHIFT | dealer


def brand_of(node: int) -> int:
    """Return the brand that a node belongs to; 0 for the group itself."""
    return node >> BRAND_SHIFT


def brand_node(node: int) -> int:
    """Return the node number of the brand above a node."""
    return brand_of(node) << BRAND_SHIFT


def subtree(node: int) -> Range:
    """Return the range that holds a node and all below it; the group (0) holds everything."""
    if node == 0:
        return Range(0, HIGHEST)
    for shift in (BRAND_SHIFT, REGION_SHIFT):
        if node % (1 << shift) == 0:
            return Range(node, node + (1 << shift))
    return Range(node, node + 1)


@dataclass(frozen=True)
class Scope:
    """A set of ranges, sorted, not touching: everything someone may see at this moment."""

    ranges: tuple[Range, ...]

    @classmethod
    def of(cls, *nodes: int) -> "Scope":
        """Return the scope that holds these nodes and all below them."""
        return cls(_joined(subtree(node) for node in nodes))

    @property
    def hull(self) -> Range:
        """The one range around all of them, for an index; `(0, 0)` when the scope is empty."""
        return Range(self.ranges[0].lo, self.ranges[-1].hi) if self.ranges else Range(0, 0)

    def covers(self, node: int) -> bool:
        return any(lo <= node < hi for lo, hi in self.ranges)

    def contains(self, other: "Scope") -> bool:
        """Say whether all of `other` lies inside this scope."""
        return all(any(lo <= a and b <= hi for lo, hi in self.ranges) for a, b in other.ranges)

    def meets(self, other: "Scope") -> bool:
        """Say whether some of `other` lies inside this scope."""
        return any(lo < b and a < hi for lo, hi in self.ranges for a, b in other.ranges)

    def sql(self, column: str) -> str:
        """Return the test as SQL; it holds integers only, so it may stand in a statement as it is."""
        tests = [f"({column} >= {lo:d} AND {column} < {hi:d})" for lo, hi in self.ranges]
        return f"({' OR '.join(tests) or 'FALSE'})"

    def text(self) -> str:
        """Return the scope as PostgreSQL writes an `int8multirange`."""
        return "{" + ",".join(f"[{lo:d},{hi:d})" for lo, hi in self.ranges) + "}"

    @classmethod
    def from_pairs(cls, pairs: Iterable[Iterable[int]]) -> "Scope":
        """Return the scope that an envelope carried as pairs of numbers."""
        return cls(_joined(Range(*pair) for pair in pairs))


def is_below_brand(scope: Scope) -> bool:
    """Say whether a scope is one place inside a brand, such as a dealer, and not a whole brand or more."""
    return len(scope.ranges) == 1 and brand_node(scope.ranges[0].lo) not in {0, scope.ranges[0].lo}


def _joined(ranges: Iterable[Range]) -> tuple[Range, ...]:
    joined: list[Range] = []
    for lo, hi in sorted(ranges):
        if joined and lo <= joined[-1].hi:
            joined[-1] = Range(joined[-1].lo, max(hi, joined[-1].hi))
        elif lo < hi:
            joined.append(Range(lo, hi))
    return tuple(joined)


EVERYTHING = Scope((Range(0, HIGHEST),))
NOTHING = Scope(())
