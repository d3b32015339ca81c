"""Whatever arrives as a definition: it is understood, or refused in words; never anything else."""

from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yingtai.audiences.api import Group, read_definition, write_definition
from yingtai.audiences.compiler import compile_audience, compile_together
from yingtai.audiences.errors import DefinitionNotUnderstood, DefinitionTooDeep
from yingtai.audiences.wording import in_words
from yingtai.kernel.contributions import audience_blocks
from yingtai.kernel.errors import ProductError
from yingtai.lake.api import translate
from yingtai.lake.guard import read_query

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NASTY = ["", "'", "\\", "'; DROP TABLE events; --", "$1", "{value}", "%", "\x00", "\ud800", "🙂", "nan", "inf", "1e999",
         "-0", "1_000", "٣", "007", "true", "x" * 201, '"', "trait_city", "a\nb", "/*"]  # fmt: skip

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=30))
values = st.one_of(
    texts, st.integers(-5, 5000), st.integers(), st.floats(), st.booleans(), st.none(),
    st.lists(st.integers(), max_size=2), st.dictionaries(texts, st.integers(), max_size=2),
)  # fmt: skip


def _sentences() -> st.SearchStrategy[dict[str, Any]]:
    sentences = []
    for block in audience_blocks.all():
        fields = {}
        for field in block.fields:
            options = [st.sampled_from([option for option, _words in field.options])] if field.options else []
            likely = [*options, st.integers(1, 40) if field.kind in {"number", "audience"} else texts]
            fields[field.name] = st.one_of(*likely, values)
        negated = {"negated": st.one_of(st.booleans(), values)}
        sentences.append(st.fixed_dictionaries({"block": st.just(block.name)}, optional=fields | negated))
    return st.one_of(*sentences)


sentences = _sentences()
documents = st.recursive(
    st.one_of(sentences, values),
    lambda inner: st.fixed_dictionaries(
        {"join": st.one_of(st.sampled_from(["all", "any"]), values), "parts": st.lists(inner, max_size=4)}
    ),
    max_leaves=12,
)
groups = st.fixed_dictionaries(
    {"join": st.sampled_from(["all", "any"]), "parts": st.lists(sentences, max_size=3)}
)
columns = ("trait_city", "trait_'", 'trait_"', "trait_trait_city")


def compiled(group: Group) -> list[str]:
    one = compile_audience(group, at=AT, trait_columns=columns)
    return [one.people, one.count, compile_together({1: group, 2: group}, at=AT, trait_columns=columns)]


@settings(max_examples=300, deadline=None)
@given(st.one_of(groups, documents))
def test_any_document_is_understood_or_refused(document: Any) -> None:
    try:
        group = read_definition(document)
        queries = compiled(group)
    except ProductError as problem:
        str(problem).encode()
        return
    for sql in queries:
        assert read_query(sql).tables <= {"events", "purchases", "traits", "audience_members"}
        translate(sql)
    assert read_definition(write_definition(group)) == group
    assert in_words(group, names={})


@pytest.mark.parametrize("value", [text for text in NASTY if text and "\x00" not in text and "\ud800" not in text
                                   and len(text) <= 200])  # fmt: skip
def test_a_value_is_only_ever_a_value(value: str) -> None:
    lake = duckdb.connect()
    lake.execute("CREATE TABLE traits (profile_no BIGINT, node_no BIGINT, trait_city VARCHAR)")
    lake.execute("INSERT INTO traits VALUES (1, 1, $1), (2, 1, 'elsewhere')", [value])
    lake.execute("CREATE TABLE events (profile_no BIGINT, event VARCHAR, category VARCHAR, day DATE)")
    lake.execute("INSERT INTO events VALUES (2, $1, $1, DATE '2026-01-01')", [value])
    trait = {"block": "trait", "trait": "city", "comparison": "is", "value": value}
    did = {"block": "did", "event": value, "where": "category", "comparison": "contains", "value": value}
    for part, expected in ((trait, [(1, 1)]), (did, [(2, 1)])):
        group = read_definition({"join": "all", "parts": [part]})
        sql = compile_audience(group, at=AT, trait_columns=columns).people
        assert lake.execute(sql).fetchall() == expected


@pytest.mark.parametrize(
    "part",
    [
        {"block": "no such"},
        {"block": ["did"]},
        {"block": "did"},
        {"block": "did", "event": "x", "at_least": 0},
        {"block": "did", "event": "x", "at_least": 1.5},
        {"block": "did", "event": "x", "at_least": True},
        {"block": "did", "event": "x", "within_days": 10**30},
        {"block": "did", "event": "x", "where": "profile_no", "value": "1"},
        {"block": "did", "event": "x", "where": "category"},
        {"block": "did", "event": "x", "negated": "false"},
        {"block": "did", "event": "x", "unknown": 1},
        {"block": "did", "event": "\ud800"},
        {"block": "score", "score": "__class__"},
        {"join": "all", "parts": [], "negated": True},
        {"join": "none", "parts": []},
        {"join": "all", "parts": {}},
        [],
        None,
    ],
)
def test_what_makes_no_sense_is_refused_in_words(part: Any) -> None:
    with pytest.raises(DefinitionNotUnderstood):
        compiled(read_definition({"join": "all", "parts": [part]}))


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999", "many", ""])
def test_a_limit_must_be_a_number(number: str) -> None:
    part = {"block": "trait", "trait": "city", "comparison": "at_least", "value": number}
    with pytest.raises(DefinitionNotUnderstood):
        compiled(read_definition({"join": "all", "parts": [part]}))


def test_three_groups_may_nest_and_four_may_not() -> None:
    document: dict[str, Any] = {"join": "any", "parts": [{"block": "seen"}]}
    for _ in range(2):
        document = {"join": "all", "parts": [document]}
    assert len(list(read_definition(document).sentences())) == 1
    with pytest.raises(DefinitionTooDeep):
        read_definition({"join": "all", "parts": [document]})
    with pytest.raises(DefinitionTooDeep):
        read_definition({"join": "all", "parts": [{"block": "seen"}] * 51})


def test_reading_fills_in_what_was_left_out() -> None:
    group = read_definition(
        {"join": "all", "parts": [{"block": "did", "event": "Signed Up", "at_least": "2"}]}
    )
    expected = {"block": "did", "event": "Signed Up", "at_least": 2}
    assert write_definition(group) == {"join": "all", "parts": [expected]}
