"""The names of files and of the sources they are brought as outlast the files, and name nobody."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

CSV = b"email,city\na@example.com,Bonn\n"


def upload(client, name):
    return client.post("/data/imports/new", {"file": SimpleUploadedFile(name, CSV)})


@pytest.mark.parametrize(
    ("name", "kept", "source"),
    [
        ("13800138000_orders.csv", "***_orders.csv", "orders"),
        ("anna@example.com.csv", "***.csv", ""),
        ("订单 粤B12345.csv", "订单 ***.csv", "订单"),
        ("11010519491231002X.csv", "***.csv", ""),
        ("110105194912310021_客户.csv", "***_客户.csv", "客户"),
        ("order-202611301759001234.csv", "order-202611301759001234.csv", "order-202611301759001234"),
        ("orders 2026-03.csv", "orders 2026-03.csv", "orders 2026-03"),
    ],
)
def test_the_name_of_a_file_names_nobody(marketer, name, kept, source):
    page = marketer.get(upload(marketer, name).url).content.decode()

    assert f"<dd>{kept}</dd>" in page
    assert re.search(r'<input[^>]*name="source"[^>]*>', page)[0].count(f'value="{source}"') == bool(source)


@pytest.mark.parametrize(
    ("source", "status"), [("13800138000 orders", 422), ("anna@example.com", 422), ("Shop 2026", 302)]
)
def test_the_name_of_a_source_names_nobody(marketer, source, status):
    made = upload(marketer, "orders.csv")
    said = {"shape": "profiles", "source": source, "time_zone": "UTC", "column_0": "person.email"}

    answer = marketer.post(made.url, said)

    assert answer.status_code == status
    assert ("Leave out addresses" in answer.content.decode()) is (status == 422)
