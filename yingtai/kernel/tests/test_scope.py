"""Scopes are sets of half-open ranges of node numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yingtai.kernel.scope import EVERYTHING, NOTHING, Range, Scope, brand_of, node_no, subtree

nodes = st.builds(
    lambda brand, region, dealer: node_no(brand, region, dealer if region else 0),
    st.integers(1, 9), st.integers(0, 9), st.integers(0, 9),
)  # fmt: skip


@given(nodes, nodes)
def test_a_subtree_holds_exactly_the_nodes_that_share_its_prefix(above, below):
    parts = [(n >> 40, n >> 24 & 0xFFFF, n & 0xFFFFFF) for n in (above, below)]
    expected = all(a in (0, b) for a, b in zip(*parts, strict=True))
    if parts[0][1] == 0:
        expected = parts[0][0] == parts[1][0]

    assert Scope.of(above).covers(below) is expected


@given(st.lists(nodes), nodes)
def test_several_nodes_are_seen_as_if_each_was_asked(chosen, asked):
    assert Scope.of(*chosen).covers(asked) is any(Scope.of(one).covers(asked) for one in chosen)


def test_the_group_sees_everything_and_nothing_sees_nothing():
    assert EVERYTHING.covers(node_no(4711, 3, 9))
    assert Scope.of(0) == EVERYTHING
    assert not NOTHING.covers(node_no(1))
    assert NOTHING.sql("n") == "(FALSE)"


def test_neighbouring_brands_join_into_one_range():
    assert Scope.of(node_no(2), node_no(1)).ranges == (Range(1 << 40, 3 << 40),)


def test_a_brand_is_read_from_any_node_below_it():
    assert brand_of(node_no(7, 2, 30)) == 7
    assert subtree(node_no(7, 2, 30)) == Range(node_no(7, 2, 30), node_no(7, 2, 30) + 1)


def test_refuses_numbers_outside_the_tree():
    with pytest.raises(ValueError, match="no such node"):
        node_no(0)
