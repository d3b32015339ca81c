"""A brand with something in every table, brought in through the product's own doors.

Whatever a person typed carries a mark, so that an answer which shows it to a stranger is found out: `mark` on
what is the brand's own, `shared` on what a brand hands down to its dealers, `garage` on what is one dealer's.
"""

import asyncio
import base64
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection

from yingtai.audiences.api import create_audience, refresh_audience
from yingtai.audiences.scores import keep_bounds
from yingtai.campaigns.models import AskedMailbox, Confirmation, Confirming, Send, SuppressedAddress
from yingtai.campaigns.services import deciding, drafting, exporting
from yingtai.campaigns.services.keeping_senders import keep_sender
from yingtai.collect.api import RecordedFact, declare, declare_preset, make_source, make_write_key, record
from yingtai.collect.collector.app import Collector
from yingtai.collect.collector.sealing import VaultSealer
from yingtai.collect.plan import Declared
from yingtai.collect.sealed_files import upload_path
from yingtai.collect.services.imports import ask_for_import, map_import, save_preset, start_import
from yingtai.collect.services.uploads import Arriving, save_upload
from yingtai.compliance.api import (
    ConsentRow,
    Status,
    install_standard_purposes,
    list_purposes,
    publish_notice,
    record_consents,
    remember_erased,
)
from yingtai.content.api import create_template, keep_look, make_version
from yingtai.customers import ingesting
from yingtai.customers.ingest.snapshots import refresh_traits
from yingtai.customers.models import Profile, Reveal
from yingtai.customers.services.expiring import begin_retention
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.env import dsn
from yingtai.kernel.labels import Label
from yingtai.kernel.models import ScopedModel
from yingtai.kernel.scope import EVERYTHING, Scope
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import settle
from yingtai.lake import api as lake
from yingtai.organization.services import issue_key
from yingtai.organization.testing import BrandForTest, make_brand

NOW = datetime.now(UTC).replace(microsecond=0)

ORDERS = {
    "shape": "order-lines",
    "source": "Till",
    "time_zone": "Asia/Shanghai",
    "currency": "CNY",
    "order": {"id": "no", "occurred_at": "at"},
    "line": {"product_id": "code", "product_name": "name", "quantity": "qty", "unit_price": "price"},
    "person": {"email": "who"},
}
MEMBERS = {
    "shape": "profiles",
    "source": "Members",
    "time_zone": "Asia/Shanghai",
    "profile": {"occurred_at": "since"},
    "person": {"email": "mail", "member_no": "no"},
    "traits": {"city": "city", "secret_wish": "wish"},
}

WRITE_KEYS = """
    SELECT source_no, status, allowed_origins FROM collect_write_key
    WHERE brand_no = %s AND node_no <> %s ORDER BY key_hash
"""
PLANS = "SELECT source_no, document FROM collect_plan WHERE node_no >> 40 = %s AND node_no <> %s ORDER BY source_no"


@dataclass(frozen=True)
class Furnished:
    """The brand, who works there, and what a stranger must not find."""

    brand: BrandForTest
    acting: Acting
    mark: str
    shared: str
    garage: str
    ids: dict[str, list[Any]] = field(default_factory=dict)


def furnish() -> Furnished:
    """Make a brand and use every door of it."""
    brand = make_brand()
    acting = Acting("staff:test", brand.scope, "operations", NOW, frozenset({"marketer"}))
    marks = [f"{word}{secrets.token_hex(6)}" for word in ("Kanarienvogel", "Erbstueck", "Werkstatt")]
    here = Furnished(brand, acting, *marks)
    _arrive(here)
    _import(here)
    _agree(here)
    refresh_traits(system("customers.ingest", EVERYTHING, NOW))
    _choose(here)
    _say(here)
    _write(here)
    _show(here)
    issue_key(acting, unit_code=brand.code, name=f"Key {here.mark}", roles=["integrator"])
    ingesting.drain(NOW)
    return here


def scoped_models() -> list[type[ScopedModel]]:
    """Return every model behind the walls."""
    return [model for model in apps.get_models() if issubclass(model, ScopedModel)]


def rows_of(acting: Acting, model: type[ScopedModel]) -> list[dict[str, Any]]:
    """Return the rows of a table as an actor sees them."""
    with acting_transaction(acting):
        return list(model._default_manager.values())


def what_there_is(furnished: Furnished, *, but: int | None = None) -> dict[str, Any]:
    """Return every row of the brand, in books and lake, and its files; without those at one node."""
    asked = (furnished.brand.node_no >> 40, but or 0)
    found: dict[str, Any] = {}
    for model in scoped_models():
        rows = [row for row in rows_of(furnished.acting, model) if row["node_no"] != but]
        found[model._meta.db_table] = sorted(json.dumps(row, default=repr, sort_keys=True) for row in rows)
    reader = lake.scoped(furnished.acting.scope)
    for table in lake.TABLES:
        asked_rows = reader.query(
            f"SELECT * FROM {table} WHERE node_no <> $but ORDER BY ALL", {"but": but or 0}
        )
        found[f"lake {table}"] = asked_rows.to_pylist()
    with acting_transaction(system("test", EVERYTHING, NOW)):
        found |= {"keys": ask(WRITE_KEYS, *asked), "plans": ask(PLANS, *asked)}
    uploads = [upload_path(one) for one in furnished.ids["upload"]]
    return found | {"uploads": [(path.name, path.exists()) for path in uploads]}


def send(
    key: str, events: Sequence[dict[str, Any]], *, agent: str = "Mozilla/5.0", ip: str = "10.1.2.3"
) -> int:
    """Post a batch to the real collector, signed in as its own role, and return the answer's status."""
    return post_raw(key, json.dumps({"batch": list(events)}).encode(), agent=agent, ip=ip)


def post_raw(key: str, body: bytes, *, agent: str = "Mozilla/5.0", ip: str = "10.1.2.3") -> int:
    """Post any bytes to the real collector and return the answer's status."""
    basic = base64.b64encode(f"{key}:".encode())
    headers = [
        (b"authorization", b"Basic " + basic),
        (b"user-agent", agent.encode()),
        (b"x-forwarded-for", ip.encode()),
    ]
    return asyncio.run(_post("/v1/batch", body, headers))


def event(kind: str, user: str = "", **values: Any) -> dict[str, Any]:
    """Return a message of an SDK, about somebody with an id or a nameless visitor."""
    who = {"userId": user} if user else {"anonymousId": values.pop("anonymous", "visitor")}
    moment = (NOW - timedelta(minutes=5)).isoformat()
    return {"type": kind, "messageId": secrets.token_hex(8), "timestamp": moment, **who, **values}


async def _post(path: str, body: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    collector = Collector(dsn("collector"), VaultSealer())
    await collector.start()
    answers: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop()

    async def answer(message: dict[str, Any]) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": headers, "client": ("127.0.0.1", 1)}
    try:
        for _ in range(200):
            if (await collector._health())[0] == 200:
                break
            await asyncio.sleep(0.02)
        await collector(scope, receive, answer)
    finally:
        await collector.stop()
    return int(answers[0]["status"])


def furnish_plan(acting: Acting, brand: BrandForTest, *, traits: Sequence[str]) -> None:
    """Declare what a shop sends, and some traits that may be known."""
    declare_preset(acting, brand.node_no, "commerce")
    declare(acting, brand.node_no, [Declared("trait", "", name, label=Label.L2) for name in traits])


def _arrive(here: Furnished) -> None:
    brand, acting = here.brand, here.acting
    furnish_plan(acting, brand, traits=(f"colour_{here.shared}", "city"))
    shop = make_source(acting, brand.node_no, name=f"Shop {here.shared}")
    dealer = make_source(acting, brand.dealer_no, name=f"Garage {here.garage}", kind="server")
    here.ids["source"] = [shop.id, dealer.id]
    assert send(make_write_key(acting, shop.id), _visits(here)) == 200
    garage = make_write_key(acting, dealer.id)
    assert send(garage, [event("identify", "u9", traits={"email": f"u9.{here.garage}@example.com"})]) == 200
    here.ids["write_key"] = [garage]
    ingesting.drain(NOW)
    # Only when two people were known already is it a merge that they turn out to be one.
    both = {"email": f"bert.{here.mark}@example.com", "phone": "+8613800008001"}
    assert send(garage, [event("identify", anonymous=f"w-{here.mark}", traits=both)]) == 200
    ingesting.drain(NOW)


def _visits(here: Furnished) -> list[dict[str, Any]]:
    mark = here.mark
    wares = [
        {"product_id": f"p-{mark}", "name": f"Mug {mark}", "quantity": 2, "price": 3, "category": "Cups"}
    ]
    order = {"order_id": f"o-{mark}", "total": 6, "currency": "CNY", "products": wares}
    people = {"email": f"anna.{mark}@example.com", "name": f"Anna {mark}", "phone": "+8613800008000"}
    return [
        event("page", anonymous=f"v-{mark}", properties={"url": "https://shop.example.com/cups"}),
        event("track", anonymous=f"v-{mark}", event="Cup Broken", properties={"whose": mark}),
        event("identify", "u1", anonymousId=f"v-{mark}", traits=people | {f"colour_{here.shared}": "red"}),
        event("track", "u1", event="Order Completed", properties=order),
        event("identify", anonymous=f"w-{mark}", traits={"email": f"bert.{mark}@example.com"}),
        event("identify", anonymous=f"x-{mark}", traits={"phone": "+8613800008001"}),
        event("identify", anonymous=f"y-{mark}", traits={"email": "test@example.com"}),
        event("track", "u1", event="Too late", timestamp="1999-01-01T00:00:00Z", properties={"who": mark}),
    ]  # fmt: skip


def _import(here: Furnished) -> None:
    acting, brand = here.acting, here.brand
    people = f"since,mail,no,city,wish\n2025-01-02,carl.{here.mark}@example.com,M1,Ulm,peace\n"
    people += f"when?,dora.{here.mark}@example.com,M2,Ulm,peace\n"
    orders = "no,at,code,name,qty,price,who\n"
    orders += f"1,2025-01-02 10:00:00,q-{here.mark},Cup,1,2,carl.{here.mark}@example.com\n"
    _import_file(here, people, MEMBERS)
    _import_file(here, orders, ORDERS)
    save_preset(acting, brand.node_no, name=f"Members {here.shared}", document=MEMBERS)


def _import_file(here: Furnished, text: str, mapping: dict[str, Any]) -> None:
    acting, brand = here.acting, here.brand
    arriving = Arriving()
    arriving.write(text.encode())
    upload = save_upload(acting, arriving, node_no=brand.node_no, name=f"{here.mark}.csv")
    made = start_import(acting, node_no=brand.node_no, upload_id=upload)
    map_import(acting, made, mapping)
    here.ids.setdefault("task", []).append(ask_for_import(acting, made))
    here.ids.setdefault("import", []).append(made)
    here.ids.setdefault("upload", []).append(upload)
    settle()


def _agree(here: Furnished) -> None:
    acting, node_no = here.acting, here.brand.node_no
    install_standard_purposes(acting, node_no=node_no)
    purpose = list_purposes(acting)[0]
    notice = ("en", f"Notice {here.shared}", "We write to you.")
    publish_notice(acting, node_no=node_no, purpose=purpose.code, texts=[notice])
    here.ids["purpose"] = [purpose.id]
    here.ids["profile"] = [(row["id"], row["profile_no"]) for row in rows_of(acting, Profile)]
    rows = [
        ConsentRow(number, node_no, "marketing.email", "email", Status.GRANTED, NOW, "form", 1)
        for _, number in here.ids["profile"]
    ]
    record_consents(acting, rows)
    remember_erased(acting, node_no, [os.urandom(16)])
    begin_retention(replace(here.acting, roles=frozenset({"compliance_officer"})), here.brand.node_no)


def _choose(here: Furnished) -> None:
    acting, brand = here.acting, here.brand
    everyone = {"join": "all", "parts": [{"block": "did", "event": "Order Completed"}]}
    for place, what in ((brand.node_no, "Buyers"), (brand.other_dealer_no, "Buyers of the other dealer")):
        made = create_audience(acting, node_no=place, name=f"{what} {here.mark}", definition=everyone)
        refresh_audience(acting, made)
        here.ids.setdefault("audience", []).append(made)
    keep_bounds(acting)


def _say(here: Furnished) -> None:
    acting, node_no = here.acting, here.brand.node_no
    made = create_template(
        acting,
        node_no=node_no,
        name=f"Letter {here.shared}",
        subject=f"News {here.shared}",
        html=f"<p>{here.shared} <a href='{{{{ unsubscribe_url }}}}'>no more</a></p>",
    )
    here.ids["template"] = [made.id]
    keep_look(acting, node_no=node_no, color="#1f6feb")
    here.ids["version"] = [make_version(acting, made.id).id]


def _write(here: Furnished) -> None:
    """A campaign is decided, sent into nowhere, and one mailbox refuses for good."""
    acting, ids = here.acting, here.ids
    sender = keep_sender(acting, node_no=here.brand.node_no, name="Nova", address="news@nova.example.com")
    ids["sender"] = [sender.id]
    draft = drafting.create_campaign(acting, node_no=here.brand.node_no, name=f"Spring {here.mark}")
    wanted = {
        "audience_id": ids["audience"][0], "version_id": ids["version"][0], "hold_out_share": 0,
        "from_name": "Nova", "from_address": "news@nova.example.com",
    }  # fmt: skip
    campaign = drafting.change_campaign(acting, draft.id, wanted)
    deciding.launch(acting, campaign.id)
    product = system("campaigns", here.brand.scope, NOW, campaign.purpose)
    deciding.decide(product, campaign.campaign_no)
    exporting.export_assignments(product, campaign.campaign_no)
    ids["campaign"] = [campaign.campaign_no]
    with acting_transaction(product):
        owed = Send.objects.filter(campaign_no=campaign.campaign_no)[0]
        ids["send"] = [owed.send_no]
        held = SuppressedAddress.objects.create(
            alias_no=1,
            node_no=owed.node_no,
            profile_no=owed.profile_no,
            channel="email",
            reason="bounced",
            answer="550",
            at=NOW,
        )
        ids["suppression"] = [held.suppression_no]
        Confirming.objects.create(
            node_no=here.brand.node_no,
            sender_id=sender.id,
            is_on=True,
            changed_at=NOW,
            changed_by="staff:test",
        )
        Confirmation.objects.create(
            node_no=here.brand.node_no, alias_no=2, profile_no=owed.profile_no, purposes=["marketing.email"],
            state="owed", asked_at=NOW, due_at=NOW,
        )  # fmt: skip
        AskedMailbox.objects.create(
            node_no=here.brand.node_no, mailbox=secrets.token_bytes(16), promised_at=NOW
        )


def _show(here: Furnished) -> None:
    """Facts about people that later floors note: a mail was opened, a value was shown."""
    acting, node_no = here.acting, here.brand.node_no
    [(_, number), *_others] = here.ids["profile"]
    fact = RecordedFact(
        event="Email Opened",
        message_id=secrets.token_hex(8),
        node_no=node_no,
        occurred_at=NOW,
        profile_no=number,
    )
    with acting_transaction(acting):
        record(acting, [fact])
        Reveal.objects.create(
            node_no=node_no, profile_no=number, what="email", by=acting.actor, purpose="service", at=NOW
        )


def all_ids(here: Furnished) -> list[Any]:
    """Return every primary key and public id that the brand's rows have."""
    found: list[Any] = []
    for model in scoped_models():
        for row in rows_of(here.acting, model):
            found += [row[name] for name in ("id", model._meta.pk.attname) if row.get(name) is not None]
    return [one for one in found if isinstance(one, int | str | UUID)]


def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask the books as the role the process has now, in the transaction that is open."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


def place(*nodes: int, at: datetime = NOW) -> Acting:
    """Return somebody who works in these nodes and nowhere else."""
    return Acting("staff:stranger", Scope.of(*nodes), "operations", at, frozenset({"brand_manager"}))
