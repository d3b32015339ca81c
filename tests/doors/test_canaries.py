"""Words nobody else would write, brought in through every door and looked for in everything on disk.

Slow, because it reads every byte of two clusters and the lake: only that shows what tables and logs do not.
"""

import base64
import gzip
import json
import logging
import secrets
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from string import ascii_lowercase

import pytest
import zstandard
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.doors.furnishing import MEMBERS, NOW, event, furnish_plan, post_raw, send
from tests.doors.searching import Words, checkpoint, files_of, rows_of_everything, search
from yingtai.collect.api import make_source, make_write_key
from yingtai.collect.models import Import
from yingtai.collect.services.imports import ask_for_import, map_import
from yingtai.compliance.api import install_standard_purposes
from yingtai.content.api import create_template
from yingtai.customers import ingesting
from yingtai.customers.ingest.snapshots import refresh_traits
from yingtai.customers.models import Profile
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.jobs import JOBS
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import as_role, settle
from yingtai.lake.api import TABLES
from yingtai.lake.maintenance import compact, tidy
from yingtai.organization.api import make_api_key
from yingtai.web.schedule import SCHEDULE

# What is declared L2, or is no value of a person at all, and the places where it belongs.
WHERE_IT_BELONGS = {
    "color": {"customers_profile", "lake/traits"},
    "coupon": {"lake/events"},
    "product": {"lake/events", "lake/order_lines"},
    "order": {"lake/events", "lake/order_lines", "customers_recenttimeline"},
    "path": {"lake/events", "customers_recenttimeline"},
    "utm": {"lake/events"},
    "event": {"lake/events", "collect_seen", "customers_recenttimeline"},
    "property": {"collect_seen"},
    "town": {"customers_profile", "lake/traits"},
    "template": {"content_template"},
    "evidence": {"compliance_consent"},
}
# Raw files and the log that PostgreSQL writes ahead may hold whatever a table of it may.
RAW = ("/postgres/",)


@pytest.fixture(scope="module")
def words() -> Words:
    # Letters only: a name with many digits could be somebody's number, and is not kept at all.
    return Words("Kq" + "".join(secrets.choice(ascii_lowercase) for _ in range(12)))


class Overheard(logging.Handler):
    """Everything that any part of the product said while the words came in."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def overheard() -> Iterator[Overheard]:
    ear = Overheard()
    logging.getLogger().addHandler(ear)
    yield ear
    logging.getLogger().removeHandler(ear)


@pytest.fixture(scope="module")
def nowhere_to_leave_files(home) -> Iterator[None]:
    """Whoever needs a temporary file for what comes in finds out here: there is no place for one."""
    usual, tempfile.tempdir = tempfile.tempdir, str(home / "no-such-folder")
    yield
    tempfile.tempdir = usual


@pytest.fixture(scope="module")
def planted(words, overheard, django_db_setup, brand_of_module, nowhere_to_leave_files) -> Words:
    """Every word brought in, everything settled, everything written down."""
    brand = brand_of_module
    acting = Acting("staff:test", brand.scope, "operations", NOW, frozenset({"marketer"}))
    furnish_plan(acting, brand, traits=("color", "city"))
    by_sdk(words, acting, brand)
    ingesting.drain(NOW)
    by_file(words, acting, brand)
    by_page(words, acting, brand)
    by_api(words, acting, brand)
    settle()
    ingesting.drain(NOW)
    refresh_traits(system("customers.ingest", EVERYTHING, NOW))
    for table in TABLES:
        compact(table)
        tidy(table)
    with as_role("worker"):
        for _, name in SCHEDULE:
            if not name.startswith("kernel."):  # those of the queue need a worker around them
                JOBS[name](system(name, EVERYTHING, datetime.now(UTC)))
    checkpoint()
    return words


def by_sdk(words: Words, acting: Acting, brand) -> None:
    key = make_write_key(acting, make_source(acting, brand.node_no, name="Shop").id)
    plant = words.plant
    traits = {"email": f"{plant('mail')}@example.com", "name": plant("name"), "color": plant("color"),
              "wish": plant("trait"), "address": {"street": plant("street")}}  # fmt: skip
    ware = {"product_id": plant("product"), "note": plant("engraving"), "quantity": 1, "price": 5}
    order = {"order_id": plant("order"), "total": 5, "currency": "CNY", "coupon": plant("coupon"),
             "gift_message": plant("undeclared"), plant("property"): 1, "products": [ware],
             "shipping_address": {"name": plant("recipient")}}  # fmt: skip
    page = {
        "url": f"https://shop.example.com/{plant('path')}?email={plant('query')}&utm_source={plant('utm')}#{plant('hash')}",
        "referrer": f"https://search.example.com/?q={plant('referrer')}", "title": plant("title"),
        "search": f"?q={plant('search')}",
    }  # fmt: skip
    context = {"page": page, "userAgent": plant("agent"), "ip": "203.0.113.77", "device": {"id": plant("device")},
               "library": {"name": plant("library")}, "location": {"city": plant("location")},
               "traits": {"nickname": plant("nickname")}, "own": {"deep": plant("context")}}  # fmt: skip
    events = [
        event("identify", plant("user"), traits=traits, context=context, unknown=plant("unknown")),
        event("track", plant("user"), event="Order Completed", properties=order, context=context),
        event("page", anonymous=plant("anonymous"), name=plant("pagename"), properties=page, context=context),
        event("track", anonymous=plant("anonymous"), event=f"Saw {plant('event')}", properties={"x": plant("visitor")}),
        event("track", plant("user"), event="Products Searched", properties={"query": plant("term")}),
        event("alias", plant("user"), previousId=plant("previous")),
        event("group", plant("user"), groupId=plant("group"), traits={"company": plant("company")}),
        event("screen", plant("user"), name=plant("screen"), properties={"y": plant("screenvalue")}),
        event("track", plant("user"), event="Late", timestamp="1999-01-01T00:00:00Z", properties={"z": plant("late")}),
        event("track", plant("user"), properties={"z": plant("nameless")}),
        event("identify", plant("user"), messageId=plant("message"), traits=plant("traitsastext")),
    ]  # fmt: skip
    assert send(key, events, agent=f"Mozilla/5.0 {plant('agentheader')}", ip="203.0.113.77") == 200
    assert post_raw(key, b'{"batch": [{"type": "track", "x": "' + plant("malformed").encode()) == 400
    assert post_raw(plant("wrongkey"), json.dumps({"batch": events}).encode()) == 401
    assert post_raw(key, json.dumps({"batch": [{"type": plant("badtype"), "userId": "u"}]}).encode()) == 400


def by_file(words: Words, acting: Acting, brand) -> None:
    plant = words.plant
    text = "since,mail,no,city,wish,left\n"
    text += f"2025-01-02,{plant('filemail')}@example.com,{plant('member')},{plant('town')},"
    text += f"{plant('filewish')},{plant('leftout')}\n"
    text += f"{plant('filedate')},{plant('rejected')},{plant('rejectedno')},x,{plant('rejectedwish')},y\n"
    browser = signed_in(brand, "marketer")
    file = SimpleUploadedFile(f"{plant('filename')}.csv", text.encode(), "text/csv")
    answer = browser.post("/data/imports/new", {"file": file})
    assert answer.status_code in {200, 302}, answer.content
    with acting_transaction(acting):
        made = Import.objects.latest("created_at")
    for path in ("columns", "check", ""):
        browser.get(f"/data/imports/{made.id}/{path}")
    map_import(acting, made.id, MEMBERS)
    ask_for_import(acting, made.id)
    settle()
    with acting_transaction(acting):
        made.refresh_from_db()
    assert made.state == "done"
    assert made.report["people"] == 1
    for path in ("", "errors.csv", "mapping.toml"):
        browser.get(f"/data/imports/{made.id}/{path}")


def by_page(words: Words, acting: Acting, brand) -> None:
    plant = words.plant
    browser = signed_in(brand, "brand_manager", "marketer", "service_agent")
    template = create_template(
        acting, node_no=brand.node_no, name="Letter", subject=plant("template"), html="<p>x"
    )
    browser.post(
        f"/content/{template.id}/preview", {"subject": plant("previewsubject"), "html": plant("preview")}
    )
    for term in (plant("asked"), f"{plant('askedmail')}@example.com", f"{plant('mail')}@example.com"):
        for path in ("/profiles/", "/audiences/", "/mailbox/", "/data/plan/", "/campaigns/"):
            assert browser.get(path, {"search": term, "q": term, "to": term}).status_code == 200, path
            browser.get(path, {"search": term}, headers={"HX-Request": "true"})
    with acting_transaction(acting):
        profiles = list(Profile.objects.filter(merged_into_no=None))
    for profile in profiles:
        assert browser.get(f"/profiles/{profile.id}/").status_code == 200
        browser.post(f"/profiles/{profile.id}/merge", {"search": f"{plant('mail')}@example.com"})
        for trait in ("name", "wish", "email"):
            browser.post(f"/profiles/{profile.id}/reveal", {"name": trait, "trait": trait})
    browser.get("/no-such-page", {"q": plant("lost")})
    browser.post(
        "/audiences/count",
        {"0.block": "trait", "0.trait": "color", "0.value": plant("counted"), "join": "all"},
    )
    browser.post("/audiences/look", {"0.block": plant("badblock"), "join": "all"})
    Client().post("/account/login/", {"login": "x@staff.example.com", "password": plant("password")})


def by_api(words: Words, acting: Acting, brand) -> None:
    plant = words.plant
    install_standard_purposes(acting, node_no=brand.node_no)
    key = make_api_key(None, unit_code=brand.code, name="Forms", roles=["integrator", "marketer"], at=NOW)
    with acting_transaction(acting):
        profile = Profile.objects.filter(merged_into_no=None).first()
    client, headers = Client(), {"Authorization": f"Bearer {key}"}
    answer = {
        "profile_id": str(profile.id),
        "purpose": "marketing.email",
        "channel": "email",
        "status": "granted",
    }
    told = {}
    for name, evidence in (
        ("evidence", {"form": plant("evidence")}),
        ("evidencemail", {"form": f"{plant('evidencemail')}@example.com"}),
        ("evidencekey", {plant("evidencekey"): "x"}),
        ("evidencedeep", {"form": {"who": plant("evidencedeep")}}),
    ):
        body = json.dumps(answer | {"evidence": evidence})
        told[name] = client.post("/api/v1/consents", body, "application/json", headers=headers).status_code
    assert told == {"evidence": 201, "evidencemail": 422, "evidencekey": 422, "evidencedeep": 422}
    client.post("/api/v1/consents", plant("badbody"), "application/json", headers=headers)
    looked = json.dumps({"query": plant("apisearch")})
    client.post("/api/v1/profiles/search", looked, "application/json", headers=headers)
    client.get(
        "/api/v1/profiles", {"search": plant("apiaddress"), "query": plant("apiaddress")}, headers=headers
    )
    client.get("/api/v1/metrics", headers={"Authorization": f"Bearer {plant('apikey')}"})


def signed_in(brand, *roles: str) -> Client:
    from yingtai.organization.testing import make_staff  # noqa: PLC0415 - after Django is ready

    client = Client(raise_request_exception=False)
    client.force_login(make_staff(brand.code, *roles), "allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture(scope="module")
def brand_of_module(books):
    from yingtai.organization.testing import make_brand  # noqa: PLC0415 - after Django is ready

    return make_brand()


@pytest.fixture(scope="module")
def found(planted, home) -> dict[str, set[str]]:
    folders = [home / name for name in ("postgres", "lake", "uploads", "logs", "locks", "static")]
    found = search(planted, rows_of_everything())
    for word, places in search(planted, files_of(folders)).items():
        found[word] |= places
    return found


@pytest.mark.slow
def test_what_is_declared_and_harmless_is_found_where_it_belongs(found):
    """Otherwise the search would be blind."""
    missing = {
        word: places - {place for place in places if any(place in where for where in found.get(word, ()))}
        for word, places in WHERE_IT_BELONGS.items()
    }

    assert {word: places for word, places in missing.items() if places} == {}
    assert any("/pg_wal/" in where for where in found["template"])
    assert any("/base/" in where for where in found["template"])


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.upper().encode(),
        lambda text: text[::-1].encode(),
        lambda text: text.encode().hex().encode(),
        lambda text: base64.b64encode(text.encode()),
        lambda text: base64.b64encode(b"a" + text.encode()),
        lambda text: base64.urlsafe_b64encode(b"ab" + text.encode()),
        lambda text: b"before" + gzip.compress(text.encode() * 3) + b"after",
        lambda text: b"before" + zstandard.ZstdCompressor().compress(text.encode() * 3) + b"after",
    ],
)
def test_the_search_knows_how_a_word_may_be_written(written):
    words = Words("Kqabcdefghijkl")

    assert search(words, [("here", written(words.plant("name")))])
    assert not search(words, [("here", written("Kqanothermark" + "nameZ"))])


@pytest.mark.slow
def test_nothing_private_and_nothing_undeclared_lies_anywhere_in_the_clear(planted, found):
    """Neither in a table, nor in a file of a cluster, nor in the lake, however it is written or packed."""
    leaks = {word: sorted(places)[:6] for word, places in found.items() if word not in WHERE_IT_BELONGS}

    assert leaks == {}
    assert len(planted.planted) > 50


@pytest.mark.slow
def test_the_harmless_is_found_nowhere_else(found):
    astray = {
        word: sorted(
            where for where in found.get(word, ())
            if not any(place in where for place in (*places, *RAW))
        )
        for word, places in WHERE_IT_BELONGS.items()
    }  # fmt: skip

    assert {word: places for word, places in astray.items() if places} == {}


@pytest.mark.slow
def test_no_log_line_holds_a_word(planted, overheard):
    said = [line for line in overheard.lines if planted.found_in(line.encode())]

    assert said == []


@pytest.mark.slow
def test_no_address_of_a_visitor_is_kept(planted, home):
    address = b"203.0.113.77"
    kept = [where for where, content in rows_of_everything() if address in content]
    kept += [where for where, content in files_of([home / "lake", home / "uploads"]) if address in content]

    assert kept == []


@pytest.mark.slow
def test_no_job_is_given_a_word(planted, found):
    assert [word for word, places in found.items() if any("procrastinate" in where for where in places)] == []
    assert JOBS
