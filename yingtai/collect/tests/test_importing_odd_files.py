"""Files as people really have them: each oddity is read as meant, or refused with a word; never quietly wrong."""

import gzip
import io
import json
import tracemalloc

import pyarrow as pa
import pytest
from pyarrow import parquet

from yingtai.collect.errors import (
    FileEmpty,
    FileGivenUp,
    FileMostlyEmpty,
    FileTooLarge,
    LineNotReadable,
    LineTooLong,
    QuoteNotClosed,
)
from yingtai.collect.importing import table, text_files
from yingtai.collect.importing.mapping import FileOptions
from yingtai.collect.importing.opening import Origin, find_delimiter, find_form
from yingtai.collect.tests.files import EVENTS, ORDER_HEADER, ORDERS, PEOPLE, open_bytes, read

PEOPLE_HEADER = "email,phone,name,city\n"
CONSENT = PEOPLE | {"consent": [{"purpose": "marketing.email", "column": "ok"}]}


def answers(cell):
    text = f"email,phone,name,city,ok\nanna@example.com,,,,{cell}\n"
    opened = open_bytes(text.encode(), CONSENT)
    [made] = opened.sets()
    said = [] if made.consents is None else made.consents["is_granted"].to_pylist()
    return said, dict(opened.report.noted)


@pytest.mark.parametrize(
    "cell", ["TRUE", "Y", "1.0", "yes", " Ja ", "opt-in", "Subscribed", "同意", "已订阅", "√"]
)
def test_words_of_consent_are_understood(cell):
    assert answers(cell) == ([True], {})


@pytest.mark.parametrize(
    "cell", ["FALSE", "N", "0.0", "opt-out", "Opt Out", "nein", "拒绝", "已退订", "不同意", "unsubscribed"]
)
def test_words_of_refusal_are_understood(cell):
    assert answers(cell) == ([False], {})


@pytest.mark.parametrize("cell", ["perhaps", "2", "???", "ask again"])
def test_an_answer_nobody_understands_is_counted(cell):
    assert answers(cell) == ([], {"collect.answer-not-understood": 1})


def test_a_word_among_answers_is_shown_when_it_is_one_and_a_name_that_slipped_in_is_not():
    cells = ["yes"] * 6 + ["vielleicht", "张三丰", "vielleicht", "也许"]
    lines = "".join(f"a{place}@example.com,,,,{cell}\n" for place, cell in enumerate(cells))
    opened = open_bytes(f"email,phone,name,city,ok\n{lines}".encode(), CONSENT)
    list(opened.sets())

    assert [one.masked for one in opened.report.first_noted] == ["vielleicht", "张***", "vielleicht", "也许"]


def hashes(text, document=PEOPLE):
    rows, _ = read(text, document)
    return [row["message_hash"] for row in rows]


def test_a_line_is_known_again_by_what_is_taken_from_it():
    plain = hashes("email,phone,name,city,note\nanna@example.com,,Anna,Bonn,first\n")

    assert hashes("email,phone,name,city,note\nanna@example.com,,Anna,Bonn,changed\n") == plain
    assert hashes("note,city,name,phone,email\nx,Bonn,Anna,,anna@example.com\n") == plain
    assert hashes("email,phone,name,city\nanna@example.com,,Anna,Bonn\n") == plain
    assert hashes("email,phone,name,city,note\nanna@example.com,,Anna,Köln,first\n") != plain
    assert hashes("email,phone,name,city,note\nanna@example.com,,Bonn,Anna,first\n") != plain


@pytest.mark.parametrize("cell", ["NULL", "--", "0000-00-00", "\\N", "n/a", "#N/A", "(null)", "nan", "-"])
def test_words_for_nothing_are_nothing(cell):
    [row], opened = read(f"{PEOPLE_HEADER}anna@example.com,{cell},{cell},{cell}\n", PEOPLE)

    assert (row["id_phone"], row["traits"], row["private_traits"]) == (None, None, None)
    assert dict(opened.report.noted) == {}


BORN = {
    "1979-03-02": "1979-03-02", "1990-03-02": "1990-03-02", "1899/1/5": "1899-01-05", "2031-12-31": "2031-12-31",
    "1990年3月2日": "1990-03-02", "1990-03-02 00:00:00": "1990-03-02",
}  # fmt: skip


@pytest.mark.parametrize(("born", "said"), BORN.items())
def test_a_date_of_a_person_is_a_date_of_any_year_without_a_zone(born, said):
    document = PEOPLE | {"traits": {"birthday": {"column": "born", "type": "datetime"}}}

    [row], opened = read(f"email,phone,born\nanna@example.com,,{born}\n", document)

    assert json.loads(row["private_traits"])["birthday"] == said
    assert dict(opened.report.noted) == {}


@pytest.mark.parametrize("cell", ["1.39E+10", "1,39E+10", "1.38E10", "4.9E+11"])
def test_a_number_that_a_spreadsheet_rounded_is_nobodys(cell):
    document = PEOPLE | {
        "person": {"email": "email", "member_no": {"column": "phone", "clean": "whole-number"}}
    }

    [row], opened = read(f'{PEOPLE_HEADER}anna@example.com,"{cell}",,\n', document)

    assert row["id_member"] is None
    assert dict(opened.report.noted) == {"collect.number-rounded": 1} or cell == "1,39E+10"


@pytest.mark.parametrize(
    ("cell", "number"), [("1001.0", "1001"), ("1001", "1001"), ("SO-1.0", "SO-1.0"), ("1001.50", "1001.50")]
)
def test_an_order_number_that_went_through_a_spreadsheet_is_the_same(cell, number):
    [row], _ = read(f"{ORDER_HEADER}{cell},2025-07-01,A,1,2,5,,\n", ORDERS)

    assert row["order_id"] == number


def test_a_decimal_of_the_other_kind_is_refused_and_not_read_as_thousands():
    rows, opened = read(f'{ORDER_HEADER}1001,2025-07-01,A,"0,435",2,5,,\n', ORDERS)
    with_comma, _ = read(
        f'{ORDER_HEADER}1001,2025-07-01,A,"0,435","2,00",5,,\n', ORDERS | {"file": {"decimal": ","}}
    )

    assert (rows, dict(opened.report.rejected)) == ([], {"collect.number-not-readable": 1})
    assert with_comma[0]["quantity"] == 0.435


@pytest.mark.parametrize(
    ("price", "minor"), [("1.005", 101), ("0.285", 29), ("1,299.00", 129_900), ("¥1299", 129_900)]
)
def test_money_is_counted_in_decimals(price, minor):
    [row], _ = read(f'{ORDER_HEADER}1001,2025-07-01,A,1,"{price}",5,,\n', ORDERS)

    assert row["amount_minor"] == minor


def test_one_broken_place_makes_no_other_encoding():
    lines = [f"p{number}@example.com,,王{number},北京" for number in range(100)]
    data = (PEOPLE_HEADER + "\n".join(lines) + "\n").encode()
    data = data.replace("王7,".encode(), b"\xff\xfe7,", 1)

    rows, opened = read(data, PEOPLE)

    assert len(rows) == 99
    assert json.loads(rows[0]["private_traits"])["name"] == "王0"
    assert dict(opened.report.rejected) == {"collect.cell-not-readable": 1}


WRITTEN = [
    ("windows-1252", "Müller"), ("windows-1252", "Çelik"), ("gb18030", "王小明"), ("utf-8", "Müller"),
    ("utf-16", "王小明"), ("utf-8-sig", "王"),
]  # fmt: skip


@pytest.mark.parametrize(("encoding", "name"), WRITTEN)
def test_encodings_are_found_out(encoding, name):
    data = f"email;phone;name;city\nanna@example.com;;{name};Köln\n" if "1252" in encoding else (
        f"email;phone;name;city\nanna@example.com;;{name};\n")  # fmt: skip

    [row], _ = read(data.encode(encoding), PEOPLE)

    assert json.loads(row["private_traits"])["name"] == name


def test_decimal_commas_part_no_columns():
    text = "menge;einzelpreis;steuer\n1,0;12,50;2,38\n" + "2,0;13,50;2,38\n" * 20

    assert find_delimiter(text) == ";"
    assert find_form(Origin.of_bytes(text.encode()), FileOptions()).delimiter == ";"


def test_a_quote_that_is_never_closed_is_said_for_every_line_it_swallows():
    lines = [f"p{number}@example.com,,Name,Bonn" for number in range(100)]
    lines[3] = 'p3@example.com,,"Name,Bonn'
    text = PEOPLE_HEADER + "\n".join(lines) + "\n"

    rows, opened = read(text, PEOPLE)

    assert len(rows) == 3
    assert dict(opened.report.rejected) == {"collect.quote-not-closed": 97}


@pytest.mark.parametrize("broken", ['p3@example.com,,"Name,Bonn', 'p3@example.com,,"' + "x" * 4_000_000])
def test_every_line_that_an_open_quote_swallows_is_counted_once(broken):
    lines = [f"p{number}@example.com,,Name,Bonn" for number in range(9_000)]
    lines[3] = broken
    text = PEOPLE_HEADER + "\n".join(lines) + "\n"

    rows, opened = read(text, PEOPLE)

    assert opened.report.rows == 9_000
    assert len(rows) + opened.report.rejected.total() == 9_000
    assert set(opened.report.rejected) <= {"collect.quote-not-closed", "collect.cell-too-large"}
    assert len(rows) > 3


def test_a_quote_that_swallows_very_many_lines_does_not_end_the_reading():
    lines = [f"{number}@x.cn,,," for number in range(16_000)]
    lines[3] = '3@x.cn,,"Name,Bonn'

    rows, opened = read(PEOPLE_HEADER + "\n".join(lines) + "\n", PEOPLE)

    swallowed = opened.report.rejected["collect.quote-not-closed"]
    assert swallowed > 10_000
    assert (opened.report.rows, len(rows) + opened.report.rejected.total()) == (16_000, 16_000)
    assert not opened.report.is_given_up


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": ' * 3_000 + "1" + "}" * 3_000 + "\n", LineNotReadable),
        ("{}\n{}\n", FileEmpty),
        ('email,"phone,name,city\n' + "anna@example.com,,,\n" * 60, QuoteNotClosed),
    ],
)
def test_a_file_without_a_line_that_can_be_used_says_why(text, problem):
    with pytest.raises(problem):
        read(text, PEOPLE)


def test_a_quote_over_two_lines_is_one_line():
    rows, opened = read(
        f'{PEOPLE_HEADER}anna@example.com,,"Anna\nExample",Bonn\nben@example.com,,B,Bonn\n', PEOPLE
    )

    assert len(rows) == 2
    assert dict(opened.report.rejected) == {}


def test_amounts_of_events_are_read_alike():
    [row], _ = read('action,at,amount,who,coupon\nPaid,2025-07-01,"1,299.00",u1,\n', EVENTS)

    assert row["amount_minor"] == 129_900


TITLES = ["Members of 2026", "Members of 2026,,,\nas of 1 March,,,", "会员名单\n\n导出人,王小明"]


@pytest.mark.parametrize("title", TITLES)
def test_titles_above_the_table_are_passed_over(title):
    rows, opened = read(
        f"{title}\n{PEOPLE_HEADER}anna@example.com,,Anna,Bonn\nben@example.com,,Bert,Köln\n", PEOPLE
    )

    assert [row["id_email"] for row in rows] == ["anna@example.com", "ben@example.com"]
    assert not opened.report.rejected


def test_a_line_with_stray_commas_makes_no_title_of_the_first():
    rows, opened = read(f"{PEOPLE_HEADER}anna@example.com,,Anna,Bonn,1,2,3,4,5,6,7,8,9\n", PEOPLE)

    assert rows == []
    assert dict(opened.report.rejected) == {"collect.cells-too-many": 1}


def test_a_sparse_first_line_of_values_is_no_title():
    rows, _ = read(f"{PEOPLE_HEADER}anna@example.com,,,\nben@example.com,,Bert,Köln\n", PEOPLE)

    assert [row["id_email"] for row in rows] == ["anna@example.com", "ben@example.com"]


def test_a_parquet_file_with_a_giant_text_is_refused():
    sink = io.BytesIO()
    parquet.write_table(pa.table({"email": ["x" * 20_000_000]}), sink, compression="zstd")
    assert len(sink.getvalue()) < 100_000

    with pytest.raises(FileTooLarge):
        list(open_bytes(sink.getvalue(), PEOPLE | {"person": {"email": "email"}, "traits": {}}).sets())


def packed(beginning: bytes, piece: bytes, times: int) -> bytes:
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb", compresslevel=1) as file:
        file.write(beginning)
        for _ in range(times):
            file.write(piece)
    return held.getvalue()


@pytest.mark.parametrize(
    ("beginning", "piece", "times", "most_megabytes"),
    [(b"1,", b"x" * 1_000_000, 100, 60), (b'"', b'","x\n' * 50_000, 10, 60)],
    ids=["one line", "one record of many lines"],
)
def test_a_packed_line_without_an_end_is_refused_early(beginning, piece, times, most_megabytes, monkeypatch):
    monkeypatch.setattr(text_files, "SKIPPED_LETTERS", 16_000_000)
    monkeypatch.setattr(text_files, "RECORD_LETTERS", 500_000)
    bomb = packed(f"{ORDER_HEADER}".encode() + beginning, piece, times)
    tracemalloc.start()

    with pytest.raises(LineTooLong):
        list(open_bytes(bomb, ORDERS).sets())

    assert tracemalloc.get_traced_memory()[1] < most_megabytes * 1_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("line", ["x\n", "not an address,,,\n"], ids=["of another width", "of nobody"])
def test_a_file_of_which_hardly_a_line_can_be_used_is_given_up(line, monkeypatch):
    monkeypatch.setattr(table, "PATIENCE_LINES", 100)
    monkeypatch.setattr(table, "BATCH_ROWS", 50)
    good = "anna@example.com,,,\n"
    opened = open_bytes((PEOPLE_HEADER + good + line * 1_000 + good).encode(), PEOPLE)

    with pytest.raises(FileGivenUp):
        list(opened.sets())

    assert 100 < opened.report.rejected.total() <= 150
    assert opened.report.document()["is_given_up"]
    assert len(opened.report.first) == 100


def test_a_file_with_many_lines_that_cannot_be_used_and_some_that_can_is_read_to_its_end(monkeypatch):
    monkeypatch.setattr(table, "PATIENCE_LINES", 100)
    monkeypatch.setattr(table, "BATCH_ROWS", 50)
    some = "anna@example.com,,,\n" + "x\n" * 9

    rows, opened = read(PEOPLE_HEADER + some * 100, PEOPLE)

    report = opened.report
    assert (report.rows, len(rows), report.rejected.total()) == (1_000, 100, 900)


def test_empty_lines_are_passed_over_and_a_file_of_nothing_else_is_given_up(monkeypatch):
    monkeypatch.setattr(text_files, "MOST_EMPTY_LINES", 1_000)
    good = "anna@example.com,,,\n"

    rows, opened = read(PEOPLE_HEADER + good + ",,,\n\n" * 400, PEOPLE)
    assert (opened.report.rows, len(rows), dict(opened.report.rejected)) == (1, 1, {})
    with pytest.raises(FileMostlyEmpty):
        read(PEOPLE_HEADER + good + ",,,\n" * 1_100, PEOPLE)


def test_a_few_kilobytes_that_unpack_to_commas_cost_little(monkeypatch):
    monkeypatch.setattr(text_files, "MOST_WIDE_CELLS", 300_000)
    commas = "," * 50_000 + "\n"

    with pytest.raises(FileGivenUp) as given_up:
        read(gzip.compress((PEOPLE_HEADER + commas * 1_000).encode()), PEOPLE)

    assert given_up.value.facts["rejected"] == "6"
