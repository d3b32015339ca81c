"""Files of every kind become events; every line that cannot is told, masked."""

import contextlib
import gzip
import io
import json
import resource
import zipfile
from datetime import UTC, datetime
from hashlib import shake_256

import pyarrow as pa
import pytest
from pyarrow import parquet

from yingtai.collect.errors import (
    ColumnNotInFile,
    ColumnTwice,
    EncodingNotKnown,
    FileDamaged,
    FileEmpty,
    FileNotATable,
    FileTooLarge,
    SheetEmpty,
)
from yingtai.collect.importing import opening
from yingtai.collect.tests.files import EVENTS, NODE, ORDER_HEADER, ORDERS, PEOPLE, lines_of, open_bytes, read
from yingtai.kernel.errors import ProductError

ORDER = "1001,2025-07-01 10:00,A1,2,2.55,17850.0,France,\n"


def test_lines_of_an_order_become_one_event_wherever_they_stand():
    text = (
        ORDER_HEADER
        + ORDER
        + "1002,2025-07-02 09:00,A1,1,1,,,\n"
        + "1001,2025-07-01 09:59,B2,1,0.45,17850.0,,\n"
    )

    rows, opened = read(text, ORDERS)

    assert [(row["order_id"], row["amount_minor"], row["quantity"]) for row in rows] == [
        ("1001", 555, 3.0),
        ("1002", 100, 1.0),
    ]
    assert rows[0]["occurred_at"] == datetime(2025, 7, 1, 8, 59, tzinfo=UTC)
    assert [row["id_user"] for row in rows] == ["17850", None]
    assert [row["line_no"] for row in lines_of(text, ORDERS)] == [1, 2, 1]
    assert (opened.report.rows, opened.report.orders, opened.report.lines) == (3, 2, 3)


def test_returns_count_negative_whether_the_file_says_minus_or_not():
    minus = "C1,2025-07-01 10:00,A1,-2,2.55,1,,\n"
    plain = "C2,2025-07-01 10:00,A1,2,2.55,1,,\n"

    rows, opened = read(ORDER_HEADER + minus + plain, ORDERS)

    assert {row["event"] for row in rows} == {"Order Refunded"}
    assert [(row["quantity"], row["amount_minor"]) for row in rows] == [(-2.0, -510), (-2.0, -510)]
    assert opened.report.refunds == 2


def test_odd_lines_that_are_real_are_kept():
    odd = (
        "1,2025-07-01,POST,1,18.00,1,,\n"
        "1,2025-07-01,D,-1,5.00,1,,\n"
        "2,2025-07-01,A1,-30,0,,,\n"
        "3,2025-07-01,BANK CHARGES,1,0.001,1,,\n"
    )

    rows, opened = read(ORDER_HEADER + odd, ORDERS)

    assert [row["amount_minor"] for row in rows] == [1300, 0, 0]
    assert {row["event"] for row in rows} == {"Order Completed"}
    assert not opened.report.rejected


def test_lines_that_cannot_be_read_are_told_with_line_column_reason_and_masked_value():
    bad = (
        "1,someday,A1,1,1,1,,\n"
        "2,2025-07-01,A1,plenty,1,1,,\n"
        "3,2025-07-01,A1,1,,1,,\n"
        "4,2025-07-01,A1\n"
        "5,2025-07-01,A1,1,1,1,,,surplus\n"
        "6,1066-10-14,A1,1,1,1,,\n"
    )

    rows, opened = read(ORDER_HEADER + bad, ORDERS)

    assert rows == []
    assert [(one.line, one.column, one.reason, one.masked) for one in opened.report.first] == [
        (5, "", "collect.cells-too-few", ""),
        (6, "", "collect.cells-too-many", ""),
        (2, "at", "collect.time-not-readable", "s***"),
        (7, "at", "collect.time-out-of-bounds", "1066-10-14"),
        (3, "qty", "collect.number-not-readable", "p***"),
        (4, "price", "collect.cell-missing", ""),
    ]
    assert opened.report.rows == 6


def test_events_that_only_the_product_records_cannot_come_from_a_file():
    text = (
        "action,at,amount,who,coupon\n"
        "Email Opened,2025-07-01,,anna,\n"
        "unsubscribed ,2025-07-01,,anna,\n"
        "Order Completed,2025-07-01,12,anna,\n"
        "完成订单,2025-07-01,12,anna,\n"
    )

    rows, opened = read(text, EVENTS)

    assert [row["event"] for row in rows] == ["Order Completed"]
    assert [(one.line, one.column, one.reason) for one in opened.report.first] == [
        (2, "action", "collect.event-name-reserved"),
        (3, "action", "collect.event-name-reserved"),
        (5, "action", "collect.event-name-is-title"),
    ]


@pytest.mark.parametrize(
    ("currency", "price", "minor"),
    [("JPY", "199.5", 200), ("GBP", "0.005", 1), ("GBP", "0.0049", 0), ("KWD", "1.2345", 1235), ("GBP", "-0.005", -1),
     ("EUR", "1,234.50", 123450), ("EUR", "€ 12.30", 1230), ("EUR", "(4.00)", -400), ("CNY", "￥12元", 1200)],
)  # fmt: skip
def test_money_is_exact_in_every_currency(currency, price, minor):
    text = f'{ORDER_HEADER}1,2025-07-01,A1,1,"{price}",1,,\n'

    (row,), _ = read(text, ORDERS | {"currency": currency, "refunds": {"prefix": "C"}})

    assert (row["amount_minor"], row["currency"]) == (minor, currency)


def test_a_decimal_comma_is_read_when_the_mapping_says_so():
    text = 'no;at;code;qty;price;who;country;note\n1;2025-07-01;A1;1;"1.234,50";1;;\n'

    (row,), _ = read(text, ORDERS | {"file": {"decimal": ","}})

    assert row["amount_minor"] == 123450


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2025-01-15 12:00", "2025-01-15T12:00:00+00:00"),
        ("2025-07-15 12:00", "2025-07-15T11:00:00+00:00"),
        ("2025-10-26 01:30", "2025-10-26T00:30:00+00:00"),
        ("2025-03-30 01:30", "2025-03-30T01:30:00+00:00"),
        ("2025-07-15T12:00:00Z", "2025-07-15T12:00:00+00:00"),
        ("2025/7/5 8:05", "2025-07-05T07:05:00+00:00"),
        ("2025年7月5日", "2025-07-04T23:00:00+00:00"),
    ],
)
def test_times_are_of_the_mappings_zone_through_summer_and_winter(local, utc):
    (row,), _ = read(f"{ORDER_HEADER}1,{local},A1,1,1,1,,\n", ORDERS)

    assert row["occurred_at"].isoformat() == utc


def test_declared_properties_may_be_known_and_others_stay_private():
    (row,), opened = read(f"{ORDER_HEADER}1,2025-07-01,A1,1,1,1,France,ring twice\n", ORDERS)

    assert json.loads(row["properties"]) == {"country": "France"}
    assert json.loads(row["extras"]) == {"note": "ring twice"}
    assert opened.setting.names["property", "Order Completed", "note"] == 1


def test_identical_lines_are_told_apart_by_their_occurrence():
    line = "pv,2025-07-01 10:00,5,9,\n"
    text = "action,at,who,amount,coupon\n" + line + "cart,2025-07-01 10:00,5,9,\n" + line

    rows, _ = read(text, EVENTS)
    again, _ = read(text + line, EVENTS)

    hashes = [row["message_hash"] for row in rows]
    assert len(set(hashes)) == 3
    assert [row["message_hash"] for row in again][:3] == hashes
    assert len({row["message_hash"] for row in again}) == 4


def test_an_orders_key_is_its_number():
    rows, _ = read(ORDER_HEADER + ORDER, ORDERS)
    again, _ = read(ORDER_HEADER + ORDER + ORDER, ORDERS)

    assert rows[0]["message_hash"] == again[0]["message_hash"]


def test_people_come_with_normalised_identifiers_and_sealed_names():
    text = "email,phone,name,city\n Anna@Example.COM ,138 0000 8000,Anna Example,Köln\nnobody,none,Ben,Bonn\n"

    (anna,), opened = read(text, PEOPLE)

    assert (anna["id_email"], anna["id_phone"]) == ("anna@example.com", "+8613800008000")
    assert json.loads(anna["traits"]) == {"city": "Köln"}
    assert json.loads(anna["private_traits"]) == {"name": "Anna Example"}
    assert dict(opened.report.rejected) == {"collect.line-names-nobody": 1}
    assert dict(opened.report.noted) == {"collect.identifier-means-nobody": 1}


def test_consent_columns_say_yes_no_or_nothing():
    document = PEOPLE | {"consent": [{"purpose": "marketing.email", "column": "ok", "at": "when"}]}
    people = "anna@example.com,,,,是,2025-01-01\nben@example.com,,,,no,\ncid@example.com,,,,maybe,\n"
    text = f"email,phone,name,city,ok,when\n{people}"

    (made,) = open_bytes(text.encode(), document).sets()

    assert [(row["event_row"], row["is_granted"]) for row in made.consents.to_pylist()] == [
        (0, True),
        (1, False),
    ]
    assert made.consents["at"][0].as_py() == datetime(2024, 12, 31, 16, tzinfo=UTC)


def test_places_are_codes_of_the_organization_and_unknown_ones_drop_the_line():
    document = PEOPLE | {"place": {"code": "dealer"}}
    text = "email,phone,name,city,dealer\nanna@example.com,,,,D-1\nben@example.com,,,,\ncid@example.com,,,,other\n"

    rows, opened = read(text, document, places={"d-1": NODE + 5})

    assert [row["node_no"] for row in rows] == [NODE + 5, NODE]
    assert dict(opened.report.rejected) == {"collect.place-not-known": 1}


TEXT = "email,phone,name,city\nanna@example.com,13800008000,王小明,北京\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_are_found_out(encoding):
    (row,), _ = read(TEXT.encode(encoding), PEOPLE)

    assert json.loads(row["private_traits"]) == {"name": "王小明"}


def test_a_few_broken_bytes_do_not_change_the_encoding_and_only_their_lines_fall_out():
    data = (TEXT + TEXT.splitlines()[1] + "\n").encode() * 1
    data += "ben@example.com,,李雷,上海\n".encode() * 100 + b"cid@example.com,,\xff\xfe,x\n"

    rows, opened = read(data, PEOPLE)

    assert len(rows) == 102
    assert dict(opened.report.rejected) == {"collect.cell-not-readable": 1}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_out(delimiter):
    (row,), _ = read(TEXT.replace(",", delimiter), PEOPLE)

    assert row["id_email"] == "anna@example.com"


def test_gzip_parquet_json_lines_and_excel_give_the_same_person():
    (expected,), _ = read(TEXT, PEOPLE)
    columns = {"email": ["anna@example.com"], "phone": [13800008000], "name": ["王小明"], "city": ["北京"]}
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink)
    lines = json.dumps({name: values[0] for name, values in columns.items()}).encode()

    for data in (
        gzip.compress(TEXT.encode()),
        sink.getvalue(),
        lines,
        b"\xef\xbb\xbf" + lines,
        workbook(columns),
    ):
        (row,), _ = read(data, PEOPLE)
        assert (row["id_phone"], row["traits"]) == (expected["id_phone"], expected["traits"])


def test_nested_json_is_named_with_dots():
    document = PEOPLE | {"person": {"email": "who.email"}, "traits": {}}

    (row,), _ = read(b'{"who": {"email": "anna@example.com"}}\nnot json\n', document)

    assert row["id_email"] == "anna@example.com"


def test_a_quoted_cell_may_hold_delimiters_and_line_breaks_and_lines_are_still_counted():
    text = 'email,phone,name,city\nanna@example.com,,"Anna\nExample, Dr.",x\nben@example.com\n'

    rows, opened = read(text, PEOPLE)

    assert json.loads(rows[0]["private_traits"])["name"] == "Anna\nExample, Dr."
    assert [(one.line, one.reason) for one in opened.report.first] == [(4, "collect.cells-too-few")]


def test_a_cell_or_line_without_end_costs_only_itself():
    text = "email,phone,name,city\nanna@example.com,," + "x" * 200_000 + ",y\nben@example.com,,,\n"

    rows, opened = read(text, PEOPLE)

    assert [row["id_email"] for row in rows] == ["ben@example.com"]
    assert dict(opened.report.rejected) == {"collect.cell-too-large": 1}


def test_null_characters_drop_their_line():
    rows, opened = read(b"email,phone,name,city\nanna@example.com,,A\0nna,x\nben@example.com,,,\n", PEOPLE)

    assert len(rows) == 1
    assert dict(opened.report.rejected) == {"collect.cell-not-readable": 1}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", FileEmpty),
        (b"\n\n  \n", FileEmpty),
        (b"%PDF-1.7", FileNotATable),
        (b"\x00\x01\x02\x03" * 100, FileNotATable),
        (b'[{"a": 1}]', FileNotATable),
        (b"<html><body>", FileNotATable),
        (b"PAR1 and then nothing", FileDamaged),
        (gzip.compress(TEXT.encode() * 1000)[:-200], FileDamaged),
        (b"email,email\n", ColumnTwice),
        (b"mail\nx\n", ColumnNotInFile),
    ],
)
def test_files_that_are_no_tables_say_so(data, problem):
    with pytest.raises(problem):
        read(data, PEOPLE)


def test_a_sheet_of_empty_cells_says_so():
    with pytest.raises(SheetEmpty):
        read(workbook({"": ["", ""]}), PEOPLE)


def test_a_missing_column_is_named_without_telling_values():
    with pytest.raises(ColumnNotInFile) as found:
        read(b"anna@example.com,13800008000\n", PEOPLE)

    assert "anna" not in str(found.value.facts)
    assert "13800008000" not in str(found.value.facts)


def test_an_encoding_that_does_not_exist_is_refused():
    for name in ("klingon", "rot13", "zip"):
        with pytest.raises(EncodingNotKnown):
            read(TEXT, PEOPLE | {"file": {"encoding": name}})


def test_a_small_file_that_unpacks_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(opening, "MOST_UNPACKED_BYTES", 1_000_000)

    with pytest.raises(FileTooLarge):
        read(gzip.compress(b"email,phone,name,city\n" + b",,,\n" * 1_000_000), PEOPLE)


def test_a_workbook_that_unpacks_too_far_is_refused(monkeypatch):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * 700 * 1024 * 1024)

    with pytest.raises(FileTooLarge):
        read(sink.getvalue(), PEOPLE)


CORNERS = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
NOISE = shake_256(b"noise").digest(9_000)
SHARED = f"<si><t>{'x' * 30_000}</t></si>"
REPEATED = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 200_000))


def test_cells_in_two_corners_are_refused_and_nobody_dies_of_them():
    data = zipped({"xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{CORNERS}</sheetData></worksheet>"})

    assert len(data) < 2_000
    with pytest.raises((FileTooLarge, FileDamaged)):
        read(data, PEOPLE)


def test_one_text_in_two_hundred_thousand_cells_is_read_within_bounds():
    data = zipped({"xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{REPEATED}</sheetData></worksheet>",
                   "xl/sharedStrings.xml": f"<sst>{SHARED}</sst>"})  # fmt: skip

    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with contextlib.suppress(ProductError):
        read(data, PEOPLE)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began < 500_000


@pytest.mark.parametrize(
    ("name", "found"), [("xl/workbook.bin", ".xlsb"), ("content.xml", "ZIP"), ("a.txt", "ZIP")]
)
def test_other_archives_are_called_by_their_name(name, found):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as parts:
        parts.writestr(name, "x")

    with pytest.raises(FileNotATable) as problem:
        read(sink.getvalue(), PEOPLE)

    assert found in str(problem.value)


@pytest.mark.parametrize(
    "data",
    [NOISE, b"MZ\x90\x00\x03" + bytes(range(256)) * 40, b"\x00\x00\x00\x18ftypmp42" * 90, b"ID3\x03" + NOISE,
     b"wOFF" + NOISE, b"RIFF\x24\x08\x00\x00WAVEfmt " + NOISE],
    ids=["noise", "program", "film", "music", "font", "sound"],
)  # fmt: skip
def test_what_is_no_text_at_all_is_no_table_of_one_column(data):
    with pytest.raises(FileNotATable):
        read(data, PEOPLE)


def zipped(other):
    """Return a workbook with some parts replaced."""
    sink = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"email": ["a"]}))) as whole,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        for name in whole.namelist():
            if name not in other:
                file.writestr(name, whole.read(name))
        main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        for name, text in other.items():
            root = text.partition(">")[0]
            file.writestr(name, text.replace(root, f"{root} {main}", 1))
    return sink.getvalue()


def workbook(columns):
    """Return a small .xlsx, written by hand so that no library is needed for it."""
    rows = [list(columns), *zip(*columns.values(), strict=True)]
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f"<c><v>{cell}</v></c>"
            if isinstance(cell, int)
            else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in row
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Override PartName="/xl/workbook.xml" '
        f'ContentType="{kind}.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        for name, text in parts.items():
            file.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return sink.getvalue()
