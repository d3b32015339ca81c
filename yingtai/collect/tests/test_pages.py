"""The pages of Data: sources, tracking plan, quarantine and imports, as those see them who may."""

import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localtime

from yingtai.collect import api
from yingtai.collect.errors import ImportUnderWay
from yingtai.collect.models import Import
from yingtai.collect.queries.imports import _by_number, get_import, list_imports
from yingtai.collect.sealed_files import upload_path
from yingtai.collect.services.imports import check_import, find_run
from yingtai.compliance.api import install_standard_purposes
from yingtai.compliance.testing import signed_in
from yingtai.kernel.env import env
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.tasks import progress

CSV = (
    "InvoiceNo,InvoiceDate,StockCode,Quantity,UnitPrice,CustomerID,Country\r\n"
    "1001,2025-07-01 10:00,A1,2,2.55,17850.0,France\r\n"
    "1001,2025-07-01 10:00,B1,x,2.55,17850.0,France\r\n"
)


@pytest.fixture
def administrator(brand):
    return signed_in(brand.code, "administrator")


def text_of(response):
    return response.content.decode()


def upload(client, content=b"", name="orders.csv"):
    return client.post("/data/imports/new", {"file": SimpleUploadedFile(name, content)})


def upload_orders(client):
    return upload(client, CSV.encode())


def columns_of(page):
    return {
        match[1]: match[2]
        for match in re.finditer(
            r'<select name="(column_\d+)".*?<option value="([^"]*)" selected', text_of(page), re.DOTALL
        )
    }


@pytest.mark.parametrize(
    "path", ["sources", "plan", "quarantine", "imports", "sources/new", "imports/new", "plan/declare"]
)
def test_every_page_opens_on_an_empty_brand(marketer, path):
    assert marketer.get(f"/data/{path}" + ("" if "/" in path else "/")).status_code == 200


def test_a_write_key_is_shown_once(marketer, acting):
    made = marketer.post(
        "/data/sources/new",
        {
            "name": "Shop",
            "kind": "sdk",
            "time_zone": "Asia/Shanghai",
            "back_fill_days": "30",
            "on_violation": "keep",
        },
    )

    first, second = marketer.get(made.url), marketer.get(made.url)

    assert "ytw_" in text_of(first)
    assert "ytw_" not in text_of(second)
    assert "Waiting for the first event" in text_of(first)
    assert [source.name for source in api.list_sources(acting)] == ["Shop"]


@pytest.mark.parametrize("by", ["new source", "new key"])
def test_a_key_that_proves_who_somebody_is_takes_two_and_is_shown_to_whoever_asked(
    marketer, administrator, acting, brand, by
):
    if by == "new key":
        made = api.make_source(acting, brand.node_no, name="Till", kind="server")
        asked = marketer.post(f"/data/sources/{made.id}/key")
    else:
        form = {"name": "Till", "kind": "server", "time_zone": "Asia/Shanghai", "back_fill_days": "30"}
        asked = marketer.post("/data/sources/new", form | {"on_violation": "keep"})
    waiting = text_of(marketer.get(asked.url))
    [source] = api.list_sources(acting)
    keys_before = source.key_count
    [wish] = set(
        re.findall(
            r"/organization/approvals/([0-9a-f-]{36})", text_of(administrator.get("/organization/approvals/"))
        )
    )
    refused = marketer.post(f"/data/sources/keys/{wish}")
    administrator.post(f"/organization/approvals/{wish}", {"decision": "approve"})
    theirs = administrator.post(f"/data/sources/keys/{wish}")
    offered = text_of(marketer.get(asked.url))
    shown = text_of(marketer.post(f"/data/sources/keys/{wish}", follow=True))

    assert "ytw_" not in waiting + offered
    assert "waits for a second person" in waiting
    assert keys_before == 0
    assert (refused.status_code, theirs.status_code) == (404, 404)
    assert f"/data/sources/keys/{wish}" in offered
    assert "ytw_" in shown
    assert marketer.post(f"/data/sources/keys/{wish}").status_code == 404
    assert [one.key_count for one in api.list_sources(acting)] == [1]


def test_the_first_event_is_told_by_the_page_itself(marketer, acting, brand):
    source = api.make_source(acting, brand.node_no, name="Shop")
    api.note_arrivals(acting, {source.source_no: 3})

    part = marketer.get(f"/data/sources/{source.id}/", headers={"HX-Request": "true"})

    assert "Events arrive: 3 so far" in text_of(part)
    assert "<html" not in text_of(part)


def test_a_source_of_the_neighbour_is_not_found(stranger, acting, brand):
    source = api.make_source(acting, brand.node_no, name="Shop")

    assert stranger.get(f"/data/sources/{source.id}/").status_code == 404
    assert stranger.post(f"/data/sources/{source.id}/key").status_code == 404


def test_a_dry_run_tells_what_will_happen_and_warns_above_the_button(marketer, acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    lines = "".join(f"a{place}@example.com,yes\n" for place in range(3))
    made = upload(
        marketer, f"email,agreed\n{lines}a4@example.com,也许\nno address,yes\n".encode(), "people.csv"
    )
    columns = text_of(marketer.get(f"{made.url}?shape=profiles"))
    assert "optional" not in re.search(r'for="id_purpose".*?</label>', columns, re.DOTALL)[0]
    whole = {"shape": "profiles", "source": "Book", "time_zone": "UTC", "purpose": "marketing.email|email"}
    marketer.post(made.url, whole | {"column_0": "person.email", "column_1": "consent"})
    (found,) = list_imports(acting).rows
    check_import(acting, found.id)

    marketer.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    page = text_of(marketer.get(f"/data/imports/{found.id}/"))

    assert [
        words
        for words in ("将不导入", "将导入，不含该值", "人员记录行数", "<code>也许</code>")
        if words not in page
    ] == []
    assert [words for words in ("已导入，不含该值", "该行已导入", "文件中的人数") if words in page] == []


def test_a_refused_event_is_opened_only_by_who_may_reveal(marketer, acting, brand):
    row = api.RefusedRow(brand.node_no, 1, "collect.clock-ahead", "timestamp", b'{"who": "anna"}', acting.at)
    api.quarantine(acting, [row])
    (refused,) = api.list_quarantine(acting).rows

    assert "more than a day from now" in text_of(marketer.get("/data/quarantine/"))
    assert marketer.post(f"/data/quarantine/{refused.id}/open").status_code == 403
    officer = signed_in(brand.code, "compliance_officer")
    assert "anna" in text_of(officer.post(f"/data/quarantine/{refused.id}/open"))


def test_an_import_tells_how_many_are_new_roughly_to_a_role_that_sees_no_people(marketer, acting, brand):
    auditor = signed_in(brand.code, "auditor")
    report = {"rows": 41, "people": 41, "events": 41, "seconds": 2, "profiles_new": 37, "profiles_touched": 3}
    with acting_transaction(acting):
        made = Import.objects.create(
            node_no=brand.node_no, mapping={}, state="done", report=report, created_at=acting.at,
            finished_at=acting.at, started_by=acting.actor,
        )  # fmt: skip
    exact, rough = (
        [text_of(browser.get(f"/data/imports/{path}")) for path in ("", f"{made.id}/")]
        for browser in (marketer, auditor)
    )

    assert [("37" in page, "0 means fewer than 20" in page) for page in exact] == [(True, False)] * 2
    assert [(">37<" in page or "37 profiles" in page, "0 means fewer than 20" in page) for page in rough] == [
        (False, True)
    ] * 2


def test_a_file_goes_from_upload_to_dry_run(marketer, acting, stranger):
    made = upload_orders(marketer)
    page = marketer.get(made.url)
    assert "orders.csv" in text_of(page)
    chosen = columns_of(page)
    assert chosen == {
        "column_0": "order.id", "column_1": "order.occurred_at", "column_2": "line.product_id",
        "column_3": "line.quantity", "column_4": "line.unit_price", "column_5": "person.user_id",
        "column_6": "trait:country",
    }  # fmt: skip

    asked = marketer.post(
        made.url,
        {"shape": "order-lines", "source": "Shop", "time_zone": "Europe/London", "currency": "GBP", "channel": "web",
         "preset_name": "Shop orders", **chosen},
    )  # fmt: skip

    assert asked.status_code == 302, text_of(asked)
    (found,) = list_imports(acting).rows
    assert found.mapping["person"]["user_id"] == {"column": "CustomerID", "clean": ["whole-number"]}
    assert "Dry run" in text_of(marketer.get(asked.url))
    check_import(acting, found.id)
    report = text_of(marketer.get(asked.url))
    assert "Nothing is loaded yet. Of 2 lines, 1 cannot be used." in report
    assert "A number cannot be read" in report
    errors = b"".join(marketer.get(f"{asked.url}errors.csv").streaming_content).decode("utf-8-sig")
    words = '"A number cannot be read. Write it like 1234.56, or state the decimal sign in the mapping."'
    assert errors.splitlines() == [
        'Line,Column,Code of the reason,Reason,"Value, masked"', f"3,Quantity,collect.number-not-readable,{words},***"
    ]  # fmt: skip
    marketer.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    chinese = b"".join(marketer.get(f"{asked.url}errors.csv").streaming_content).decode("utf-8-sig")
    assert chinese.splitlines() == [
        "行号,列,原因代码,原因,值（已脱敏）",
        "3,Quantity,collect.number-not-readable,"
        "数值无法读取。请写成 1234.56 的形式，或在映射中指明小数点符号。,***",
    ]
    del marketer.cookies[settings.LANGUAGE_COOKIE_NAME]
    named = marketer.get(f"{asked.url}errors.csv")["Content-Disposition"]
    assert named == f'attachment; filename="lines-and-values-shop-{localtime(found.created_at):%Y-%m-%d}.csv"'
    assert stranger.get(asked.url).status_code == 404
    assert api.read_mapping(marketer.get(f"{asked.url}mapping.toml").content).document == found.mapping


def test_the_list_of_lines_is_in_their_order():
    noted = [["7", "b"], ["2", "a"], ["7", "a"], ["10", "c"]]
    assert list(_by_number(noted)) == [["2", "a"], ["7", "b"], ["7", "a"], ["10", "c"]]


PEOPLE = "邮箱,营销同意,同意时间\r\nanna@b.example,是,2025-03-01 10:00\r\ncid@d.example,否,昨天\r\n"


def test_when_people_agreed_is_guessed_and_purposes_and_zones_are_offered_by_name(marketer, acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    made = upload(marketer, PEOPLE.encode(), "book.csv")
    page = marketer.get(made.url)
    chosen = columns_of(page)

    assert chosen == {"column_0": "person.email", "column_1": "consent", "column_2": "consent-time"}
    # What people agreed to is for whoever brings the file to say: nothing is chosen beforehand.
    assert '<option value="marketing.email|email">Marketing by e-mail</option>' in text_of(page)
    assert '<option value="" selected>– choose –</option>' in text_of(page)
    assert "Personalized offers · Website" in text_of(page)
    assert "service.messages" not in text_of(page)
    assert text_of(page).index("Of your brands") < text_of(page).index("Africa/Abidjan")

    whole = {"shape": "profiles", "source": "Book", "time_zone": "Asia/Shanghai", **chosen}
    assert "no purpose is chosen" in text_of(marketer.post(made.url, whole))
    asked = marketer.post(made.url, whole | {"purpose": "marketing.email|email"})

    assert asked.status_code == 302, text_of(asked)
    (found,) = list_imports(acting).rows
    assert found.mapping["consent"] == [
        {"purpose": "marketing.email", "column": "营销同意", "channel": "email", "at": "同意时间"}
    ]
    report = check_import(acting, found.id)
    assert dict(report.noted) == {"collect.time-not-readable": 1}
    assert columns_of(marketer.get(made.url)) == chosen


BOOK = "客户编号,手机号\r\n" + "".join(
    f"M1000{number},{phone}\r\n"
    for number, phone in enumerate(
        ["13800138000", "未知", "13800138000", *["13800008001"] * 4, "13800008002"]
    )
)


def test_which_identifiers_were_left_out_is_said_with_counts_and_why(marketer, acting):
    made = upload(marketer, BOOK.encode(), "book.csv")
    whole = {"shape": "profiles", "source": "Book", "time_zone": "Asia/Shanghai", "region": "CN"}
    asked = marketer.post(made.url, whole | columns_of(marketer.get(made.url)))
    (found,) = list_imports(acting).rows

    report = check_import(acting, found.id).document()

    nobody, crowd = "collect.identifier-means-nobody", "collect.identifier-of-a-crowd"
    assert report["rejected"] == {}
    assert report["noted"] == {nobody: 3, crowd: 4}
    assert [(one["reason"], one["count"]) for one in report["left_out"]] == [
        (crowd, 4),
        (nobody, 2),
        (nobody, 1),
    ]
    page = text_of(marketer.get(asked.url))
    assert "Identifiers that were left out" in page
    assert "<code>13800138000" not in page
    assert "13800008001" not in page


def test_an_upload_lies_sealed_under_its_own_key(marketer, acting):
    made = upload(
        marketer, CSV.encode() + b"1002,2025-07-01 10:00,CANARY-4711,1,1,1,x\r\n", "canary-4712.csv"
    )

    files = [path.read_bytes() for path in (env().home / "uploads").iterdir()]
    assert files
    assert not any(b"CANARY" in content or b"canary" in content for content in files)
    assert "canary-4712.csv" in text_of(marketer.get(made.url))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The submitted file is empty"),
        (b"%PDF-1.4 something", "The file is PDF"),
        (b"PK\x03\x04 not a zip", "damaged"),
        (b"\x1f\x8bnot gzip at all", "damaged"),
        (b"a,a\n1,2\n", "Two columns"),
        (b"\x03garb\xff\xfe", "The file is binary, which is not a table we read"),
        (bytes(range(128, 160)) * 3, "The file is binary, which is not a table we read"),
    ],
)
def test_odd_files_are_refused_in_words(marketer, acting, content, words):
    refused = upload(marketer, content, "odd.csv")

    assert refused.status_code == 422
    assert words in text_of(refused)
    assert list_imports(acting).rows == []


def test_an_import_is_asked_for_and_can_be_followed(marketer, acting):
    made = upload_orders(marketer)
    (found,) = list_imports(acting).rows
    page = marketer.get(made.url)
    marketer.post(
        made.url,
        {"shape": "order-lines", "source": "Shop", "time_zone": "UTC", "currency": "GBP", **columns_of(page)},
    )
    check_import(acting, found.id)

    asked = marketer.post(f"/data/imports/{found.id}/run", follow=True)

    assert get_import(acting, found.id).state == "queued"
    columns = f"/data/imports/{found.id}/columns"
    assert columns not in text_of(asked)
    assert marketer.get(columns).url == f"/data/imports/{found.id}/"
    assert "Running" in text_of(asked)
    assert marketer.post(f"/data/imports/{found.id}/run").status_code == 409
    assert marketer.post(f"/data/imports/{found.id}/stop").status_code == 302


def ready(client, acting, source):
    made = upload_orders(client)
    whole = {"shape": "order-lines", "source": source, "time_zone": "Europe/London", "currency": "GBP"}
    asked = client.post(made.url, whole | columns_of(client.get(made.url)))
    found = list_imports(acting).rows[0]
    with progress(acting, found.task_id) as following:
        check_import(acting, found.id)
        following.end("done", result={})
    return found.id, asked.url


def test_the_very_file_under_another_name_is_refused_until_somebody_insists(marketer, acting):
    first, path = ready(marketer, acting, "Shop")
    marketer.post(f"{path}run")
    run = find_run(acting, first)
    run.end(run.open().report)

    _same, path = ready(marketer, acting, "Shop")
    page = text_of(marketer.get(path))
    assert "This very file was imported as “Shop” on" in page
    assert "is recognized and counts once" in page
    assert 'name="again"' not in page

    other, path = ready(marketer, acting, "Shop of 2025")
    page = text_of(marketer.get(path))
    assert "as “Shop”" in page
    assert 'name="again" value="yes" required' in page
    refused = marketer.post(f"{path}run")
    assert refused.status_code == 409
    assert "began or ended on" in text_of(refused)
    assert get_import(acting, other).state == "checked"
    assert marketer.post(f"{path}run", {"again": "yes"}).status_code == 302


def test_who_started_and_stopped_an_import_is_in_the_record_of_deeds(marketer, acting, brand):
    made = upload_orders(marketer)
    whole = {"shape": "order-lines", "source": "Shop", "time_zone": "Europe/London", "currency": "GBP"}
    asked = marketer.post(made.url, whole | columns_of(marketer.get(made.url)))
    (found,) = list_imports(acting).rows
    check_import(acting, found.id)
    marketer.post(f"{asked.url}run")
    marketer.post(f"{asked.url}stop")

    page = text_of(signed_in(brand.code, "auditor").get("/organization/record/"))
    assert page.count("started an import") == 2
    assert page.count("stopped an import") == 2


def test_what_a_colleague_brought_is_shown_masked(marketer, brand):
    made = upload(marketer, b"email\nanna@example.com\n")
    other = signed_in(brand.code, "integrator")

    assert "anna@example.com" in text_of(marketer.get(made.url))
    assert "anna@example.com" not in text_of(other.get(made.url))


def test_a_file_whose_columns_nobody_named_is_neither_checked_nor_run(marketer, acting):
    made = upload(marketer, b"email\nanna@example.com\n")
    page = made.url.removesuffix("columns")

    answers = [marketer.post(f"{page}{what}").status_code for what in ("check", "run")]

    assert answers == [409, 409]


def checked_people(marketer, acting, content, name="people.csv"):
    made = upload(marketer, content, name)
    form = {"shape": "profiles", "source": "Shop", "time_zone": "UTC", **columns_of(marketer.get(made.url))}
    asked = marketer.post(made.url, form)
    check_import(acting, list_imports(acting).rows[0].id)
    return asked.url


def test_a_file_without_lines_has_nothing_to_import(marketer, acting):
    page = marketer.get(checked_people(marketer, acting, b"user_id,city\n"))

    assert "The file has a header and no lines: there is nothing to import." in text_of(page)
    assert "Look whether the export covers the right time and filters" in text_of(page)
    assert '<div class="stats">' not in text_of(page)
    assert "Import it now" not in text_of(page)


def test_a_file_of_which_no_line_can_be_used_cannot_be_imported(marketer, acting):
    page = marketer.get(checked_people(marketer, acting, b"user_id,city\n,Leeds\n,York\n"))

    assert "Nothing can be imported: none of the 2 lines can be used." in text_of(page)
    assert "Import it now" not in text_of(page)


def test_a_file_that_is_not_wanted_goes_with_its_bytes(marketer, acting, stranger):
    url = checked_people(marketer, acting, b"user_id,city\nu1,Leeds\n")
    found = list_imports(acting).rows[0]
    assert upload_path(found.upload_id).exists()
    assert "Discard" in text_of(marketer.get(url))

    assert stranger.post(f"{url}discard").status_code == 404
    asked = marketer.get(f"{url}discard")
    done = marketer.post(f"{url}discard", follow=True)

    assert "Nothing of it was imported." in text_of(asked)
    assert "“people.csv” is discarded." in text_of(done)
    assert list_imports(acting).rows == []
    assert not upload_path(found.upload_id).exists()
    assert marketer.get(url).status_code == 404


def test_an_import_that_is_asked_for_is_not_discarded(marketer, acting):
    url = checked_people(marketer, acting, b"user_id,city\nu1,Leeds\n")
    marketer.post(f"{url}run")

    refused = marketer.post(f"{url}discard")

    assert refused.status_code == ImportUnderWay.status
    assert len(list_imports(acting).rows) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "No column says who a line is about"), ("zh-hans", "没有任何一列说明每行对应哪位客户")],
)
def test_people_without_an_identifier_are_refused_in_words_of_the_page(marketer, language, words):
    made = upload(marketer, b"city\nLeeds\n", "people.csv")
    marketer.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    refused = marketer.post(
        made.url, {"shape": "profiles", "source": "Shop", "time_zone": "UTC", "column_0": "trait:city"}
    )

    assert refused.status_code == 422
    assert words in text_of(refused)
    assert "[person] needs" not in text_of(refused)
