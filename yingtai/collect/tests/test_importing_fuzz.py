"""Whatever bytes and whatever mapping come: a report or a foreseen problem, never a crash, never a value told."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yingtai.collect.eventset import EVENT_COLUMNS, REQUIRED
from yingtai.collect.importing.building import FileImport
from yingtai.collect.importing.mapping import MAPPED_SHAPES, mapping_of, read_mapping
from yingtai.collect.importing.reporting import ErrorList
from yingtai.collect.importing.writing import mapping_text
from yingtai.collect.tests.files import EVENTS, ORDER_HEADER, ORDERS, PEOPLE, open_bytes
from yingtai.kernel.errors import ProductError
from yingtai.kernel.spreadsheets import plain_cell

DOCUMENTS = st.sampled_from([ORDERS, PEOPLE, EVENTS])
HEADERS = st.sampled_from(
    [ORDER_HEADER.encode(), b"email,phone,name,city\n", b"action,at,who,amount,coupon\n", b""]
)
NASTY = st.sampled_from(
    [b'"', b'""', b"\0", b"\r", b"\r\n", b"\n", b",", b";", b"=cmd|' /C calc'!A0", b"@SUM(1)", b"\xff", b"\x81\x30",
     b"1e308", b"NaN", b"inf", b"-0", b"99999999999999999999", b"2025-07-01", b"2025-02-30", b"0000-00-00", b"C1",
     b"anna@example.com", b"13800008000", "王".encode(), "王".encode("gb18030"), b"{", b'{"a":1}', b"[", b"PAR1",
     b"PK\x03\x04"]
)  # fmt: skip
CONTENT = st.lists(st.one_of(NASTY, st.binary(max_size=12)), max_size=40).map(b"".join)
FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=200)


@contextmanager
def foreseen() -> Iterator[None]:
    """Let problems pass that we foresaw; each says what to do."""
    try:
        yield
    except ProductError as problem:
        is_told = problem.remedy.endswith(".") and bool(str(problem))
        if not is_told:
            raise


def drain(opened: FileImport) -> None:
    for made in opened.sets():
        for field in made.events.schema:
            assert field.type == EVENT_COLUMNS.field(field.name).type
        assert not any(made.events[name].null_count for name in REQUIRED)
        if made.lines is not None:
            assert max(made.lines["event_row"].to_pylist()) < len(made.events)
    report = opened.report
    used = report.events + report.lines + report.people
    assert used + sum(report.rejected.values()) == report.rows


@FUZZ
@given(HEADERS, CONTENT, DOCUMENTS)
def test_any_bytes_end_in_a_report_or_a_foreseen_problem(header, content, document):
    with foreseen():
        drain(open_bytes(header + content, document))


@FUZZ
@given(
    st.sampled_from(["utf-8", "gb18030", "utf-16", "windows-1252", "latin-1", "ascii", "utf-7", "big5"]),
    CONTENT,
)
def test_any_encoding_may_be_stated(encoding, content):
    with foreseen():
        drain(open_bytes(b"email,phone,name,city\n" + content, PEOPLE | {"file": {"encoding": encoding}}))


rows = st.lists(st.lists(st.text(max_size=20), min_size=8, max_size=8), max_size=20)


@FUZZ
@given(rows)
def test_every_row_of_a_well_formed_file_is_accounted_for(cells):
    sink = io.StringIO()
    csv.writer(sink).writerows([ORDER_HEADER.strip().split(","), *cells])

    with foreseen():
        drain(
            open_bytes(sink.getvalue().encode("utf-8", "replace"), ORDERS | {"file": {"encoding": "utf-8"}})
        )


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
KEYS = st.sampled_from(
    ["shape", "source", "time_zone", "currency", "file", "order", "line", "person", "properties", "traits", "consent",
     "refunds", "event", "place", "region"]
)  # fmt: skip


@FUZZ
@given(
    DOCUMENTS,
    st.dictionaries(KEYS, trees | st.sampled_from(["order-lines", "events", "profiles", "UTC", "GBP"])),
)
def test_any_mapping_is_read_or_refused_by_name(document, changes):
    with foreseen():
        assert mapping_of(document | changes).shape in MAPPED_SHAPES


@FUZZ
@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_a_mapping_or_refused(text):
    with foreseen():
        read_mapping(text)


@given(DOCUMENTS)
def test_a_mapping_written_as_toml_reads_back_the_same(document):
    assert read_mapping(mapping_text(document)).document == document


@given(st.text(max_size=50))
def test_no_cell_of_the_error_list_is_a_formula(text):
    assert not plain_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@FUZZ
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=9, max_size=20))
def test_rejected_values_are_masked_wherever_they_are_told(secret):
    sink = io.StringIO()
    opened = open_bytes(f"{ORDER_HEADER}1,{secret}x,A,{secret}y,1,{secret},,\n".encode(), ORDERS)
    opened.report.errors = ErrorList(sink)

    drain(opened)

    assert secret not in sink.getvalue()
    assert secret not in str(opened.report.document())
