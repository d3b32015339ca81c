"""A brand in which every kind of object is in every state it can be in.

People come in through the product's own doors; campaigns, imports and their like are written down as the books keep
them, since to drive each into every state would take minutes. Names are long, right to left, or hold signs.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from yingtai.audiences.api import create_audience
from yingtai.audiences.models import Audience, Refresh
from yingtai.audiences.scores import keep_bounds
from yingtai.campaigns.errors import (
    LaunchGrew,
    MailServerNotReached,
    MailServerSaysLater,
    SendingBlocked,
    SendingFailed,
)
from yingtai.campaigns.models import Campaign, Send, Tally
from yingtai.campaigns.reasons import WORDS
from yingtai.campaigns.troubles import kept_form
from yingtai.collect.api import make_source, make_write_key, note_oddities
from yingtai.collect.models import Import
from yingtai.compliance.api import install_standard_purposes, list_purposes, publish_notice, register_purpose
from yingtai.content.api import create_template, make_version
from yingtai.content.models import Template
from yingtai.customers.api import erase_person, merge_profiles
from yingtai.customers.ingest.snapshots import refresh_traits
from yingtai.customers.models import Profile
from yingtai.customers.testing import drain, send
from yingtai.kernel.acting import Acting, system
from yingtai.kernel.models import Task
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.models import Approval, Invitation, Unit
from yingtai.organization.testing import BrandForTest, make_brand

NOW = datetime.now(UTC).replace(microsecond=0)
HUGE = 1_234_567_890
LONG = "长" * 100
RIGHT_TO_LEFT = "شركة القهوة «الذهبية» 2026"
SIGNS = "咖啡☕️ & <b>茶</b> \"' 👩‍👩‍👧‍👦"
NAMES = (LONG, RIGHT_TO_LEFT, SIGNS)


@dataclass
class Stated:
    """The brand, and by the blank of an address what may stand in it."""

    brand: BrandForTest
    acting: Acting
    ids: dict[str, list[Any]] = field(default_factory=dict)

    def keep(self, name: str, found: Iterable[Any]) -> None:
        self.ids.setdefault(name, []).extend(found)


def in_every_state() -> Stated:
    """Make the brand."""
    brand = make_brand()
    here = Stated(brand, Acting("staff:test", brand.scope, "operations", NOW, frozenset({"marketer"})))
    _purposes(here)
    _sources(here)
    _people(here)
    _audiences(here)
    _templates(here)
    _campaigns(here)
    _imports(here)
    _decisions(here)
    return here


def _purposes(here: Stated) -> None:
    acting, node_no = here.acting, here.brand.node_no
    install_standard_purposes(acting, node_no=node_no)
    without_notice = register_purpose(
        acting, node_no=node_no, code="x" * 60, title=RIGHT_TO_LEFT, title_zh=LONG, channels=[]
    )
    purposes = list_purposes(acting)
    texts = [("zh-hans", LONG, SIGNS * 20), ("en", RIGHT_TO_LEFT, SIGNS)]
    publish_notice(acting, node_no=node_no, purpose="marketing.email", texts=texts)
    here.keep(
        "purpose_id", [without_notice.id, *(one.id for one in purposes if one.code == "marketing.email")]
    )


def _sources(here: Stated) -> None:
    acting, node_no = here.acting, here.brand.node_no
    made = [
        make_source(acting, node_no, name=name, kind=kind, currency=currency)
        for name, kind, currency in (
            ("网站", "sdk", "CNY"), (LONG, "server", "JPY"), (RIGHT_TO_LEFT, "import", "KWD"), (SIGNS, "sdk", "EUR"),
        )
    ]  # fmt: skip
    make_write_key(acting, made[0].id)
    reasons = ("collect.clock-ahead", "customers.person-was-erased", "release.that-knew-more")
    note_oddities(acting, {(made[1].source_no, reason): HUGE for reason in reasons})
    here.keep("source_id", [one.id for one in made])
    here.keep("source", made)


def _people(here: Stated) -> None:
    shop, till = here.ids["source"][:2]
    send(shop, list(_visits("anon")), at=NOW)
    send(
        shop,
        list(_visits("", user="u-long", traits={"name": LONG, "email": f"{'a' * 60}@example.com"})),
        at=NOW,
    )
    send(
        shop, list(_visits("", user="u-rtl", traits={"name": RIGHT_TO_LEFT, "phone": "+97150123456"})), at=NOW
    )
    many = {f"trait_{number:03}": f"{SIGNS}{number}" for number in range(200)}
    send(
        till, list(_visits("", user="u-signs", traits={"name": SIGNS, **many, "T" * 100: "x" * 200})), at=NOW
    )
    later = [_event("identify", {"userId": "u-rtl"}, traits={"email": "another@example.com"})]
    people = [*_come(here, shop, []), *_come(here, shop, later)]
    gone = _come(here, shop, list(_visits("", user="u-gone", traits={"email": "gone@example.com"})))
    twin = _come(here, till, list(_visits("twin", traits={"email": "twin@example.com"})))
    refresh_traits(system("customers.ingest", EVERYTHING, NOW))
    erase_person(system("customers", here.brand.scope, NOW), profile_id=gone[0].id)
    merge_profiles(here.acting, survivor_id=people[0].id, duplicate_id=twin[0].id)
    here.keep("profile", [*people, *gone, *twin])
    here.keep("profile_id", [one.id for one in here.ids["profile"]])


def _come(here: Stated, source: Any, events: list[dict[str, Any]]) -> list[Profile]:
    """Take in what was sent, and return who is new."""
    with acting_transaction(here.acting):
        known = list(Profile.objects.values_list("profile_no", flat=True))
    if events:
        send(source, events, at=NOW)
    drain(NOW)
    with acting_transaction(here.acting):
        return list(Profile.objects.exclude(profile_no__in=known).order_by("profile_no"))


def _visits(
    visitor: str, *, user: str = "", traits: dict[str, Any] | None = None
) -> Iterable[dict[str, Any]]:
    who = {"userId": user} if user else {"anonymousId": visitor}
    if traits:
        yield _event("identify", who, traits=traits)
    yield _event("page", who, properties={"url": f"https://shop.example.com/{'way/' * 80}", "title": SIGNS})
    yield _event("track", who, event=RIGHT_TO_LEFT, properties={"name": LONG, "value": None})
    for currency, total in (("CNY", 12.5), ("JPY", 9_999_999), ("KWD", 1.234), ("XXX", -5), ("EUR", 0)):
        wares = [{"product_id": SIGNS, "name": RIGHT_TO_LEFT, "quantity": 3, "price": total}]
        order = {"order_id": f"{user}-{currency}", "total": total, "currency": currency, "products": wares}
        yield _event("track", who, event="Order Completed", properties=order)
    yield _event(
        "track",
        who,
        event="Order Refunded",
        properties={"order_id": f"{user}-KWD", "total": 99, "currency": "KWD"},
    )


def _event(kind: str, who: dict[str, str], **values: Any) -> dict[str, Any]:
    moment = (NOW - timedelta(minutes=5)).isoformat()
    return {"type": kind, "messageId": secrets.token_hex(8), "timestamp": moment, **who, **values}


def _audiences(here: Stated) -> None:
    acting, node_no = here.acting, here.brand.node_no
    everyone = {"join": "all", "parts": [{"block": "did", "event": "Order Completed"}]}
    nobody = {
        "join": "any",
        "parts": [{"block": "did", "event": RIGHT_TO_LEFT}, {"join": "all", "parts": []}],
    }
    names = (LONG, RIGHT_TO_LEFT, SIGNS, "空", "失败", "多", "旧", "归档", "不懂")
    made = [create_audience(acting, node_no=node_no, name=name, definition=everyone) for name in names]
    ids = dict(zip(names, made, strict=True))
    fresh = {"refreshed_at": NOW, "refreshed_revision": 1, "took_ms": 3}
    _change(acting, Audience, ids["空"], people=0, definition=nobody, **fresh)
    _change(acting, Audience, ids["多"], people=HUGE, entered=HUGE, left=HUGE, **fresh)
    _change(acting, Audience, ids["旧"], people=7, revision=3, **fresh)
    _change(
        acting, Audience, ids["归档"], archived_at=NOW, **fresh | {"refreshed_at": NOW - timedelta(days=90)}
    )
    _change(
        acting, Audience, ids["不懂"], definition={"join": "all", "parts": [{"block": "of a later release"}]}
    )
    with acting_transaction(acting):
        huge = Audience.objects.get(id=ids["多"])
        for day in range(30):
            Refresh.objects.create(
                node_no=node_no, audience_no=huge.audience_no, at=NOW - timedelta(days=day), people=HUGE - day,
                entered=HUGE, left=HUGE, took_ms=1,
            )  # fmt: skip
    for state in ("queued", "running", "failed", "stopped"):
        _task(here, f"audiences.refresh.{ids['失败' if state == 'failed' else LONG]}", state)
    here.keep("audience_id", ids.values())
    keep_bounds(acting)


def _templates(here: Stated) -> None:
    acting, node_no = here.acting, here.brand.node_no
    html = f"<p>{RIGHT_TO_LEFT} {{{{ person.name }}}} <a href='{{{{ unsubscribe_url }}}}'>退订</a></p>"
    made = [
        create_template(acting, node_no=node_no, name=name, subject=subject, html=html)
        for name, subject in ((LONG, LONG), (RIGHT_TO_LEFT, RIGHT_TO_LEFT), (SIGNS, "☕️"), ("归档", "旧"))
    ]
    broken = create_template(acting, node_no=node_no, name="坏", subject="坏", html="{% if %}")
    versions = [make_version(acting, made[1].id).id, make_version(acting, made[3].id).id]
    _change(acting, Template, made[3].id, archived_at=NOW)
    here.keep("template_id", [*(one.id for one in made), broken.id])
    here.keep("version_id", versions)


def _campaigns(here: Stated) -> None:
    _campaign(here, LONG, "draft", audience_id=None, version_id=None, launched_at=None)
    _campaign(
        here,
        RIGHT_TO_LEFT,
        "draft",
        launched_at=None,
        forecast={"reached": HUGE, "no_consent": 3},
        forecast_at=NOW,
    )
    _campaign(here, SIGNS, "draft", launched_at=None, archived_at=NOW)
    _campaign(here, "等", "scheduled", scheduled_at=NOW + timedelta(days=30), decided_at=None)
    _campaign(here, "算", "deciding", decided_at=None)
    _campaign(here, "发", "sending")
    no_answer = MailServerNotReached(server="mail.example.com:587", why="refused")
    for name, trouble in (("停", no_answer), ("晚", MailServerSaysLater(answer="421"))):
        _campaign(here, name, "sending", **kept_form(trouble))
    refused = SendingBlocked(answer=f"550 {RIGHT_TO_LEFT}")
    for name, trouble in (("拒", refused), ("坏", SendingFailed(why="OSError"))):
        _campaign(here, name, "paused", **kept_form(trouble))
    _campaign(here, "多", "paused", **kept_form(LaunchGrew(people=HUGE, most=1)), decided_at=None)
    _campaign(here, "旧词", "sending", trouble="OSError")
    _campaign(here, "完", "done", finished_at=NOW)
    _campaign(here, "完了", "done", finished_at=NOW, archived_at=NOW, audience_id=here.ids["audience_id"][7])
    _campaign(here, "止", "stopped", finished_at=NOW)
    _campaign(here, "未决即止", "stopped", finished_at=NOW, decided_at=None)


def _campaign(here: Stated, name: str, state: str, **values: Any) -> None:
    acting, node_no = here.acting, here.brand.node_no
    usual = {
        "audience_id": here.ids["audience_id"][5], "version_id": here.ids["version_id"][0], "from_name": SIGNS[:80],
        "from_address": "news@example.com", "salt": "s", "launched_at": NOW, "launched_by": acting.actor,
        "decided_at": NOW - timedelta(hours=1), "created_by": acting.actor, "notice_version": 1,
        "created_at": NOW, "changed_at": NOW,
    }  # fmt: skip
    with acting_transaction(acting):
        made = Campaign.objects.create(node_no=node_no, name=name, state=state, **usual | values)
        if state != "draft" and made.decided_at:
            _sends(here, made.campaign_no)
    here.keep("campaign_id", [made.id])


def _sends(here: Stated, campaign_no: int) -> None:
    """One line of the ledger in each state and for each reason, and tallies as of a huge campaign."""
    node_no, no = here.brand.node_no, campaign_no * 1000
    kinds = [(state, None) for state in Send.State.values if state not in {"not_sent", "failed"}]
    kinds += [("not_sent", reason) for reason in WORDS] + [
        ("failed", "bounced"),
        ("not_sent", "of_a_later_release"),
    ]
    known = [one.profile_no for one in here.ids["profile"]]
    Send.objects.bulk_create(
        Send(
            node_no=node_no, campaign_no=campaign_no, profile_no=known[place] if place < len(known) else no + place,
            state=state, reason=reason, answer=f"550 {SIGNS}", is_open=False, is_assigned=state != "not_sent",
            sent_at=NOW if state == "sent" else None, opened_at=NOW if state == "sent" else None,
        )
        for place, (state, reason) in enumerate(kinds)
    )  # fmt: skip
    counted = [
        "owed",
        "sent",
        "unknown",
        "opened",
        "clicked",
        "unsubscribed",
        "proxied",
        "of_a_later_release",
        *WORDS,
    ]
    Tally.objects.bulk_create(
        Tally(node_no=node_no, campaign_no=campaign_no, what=what, count=HUGE) for what in counted
    )


def _imports(here: Stated) -> None:
    mapping = {
        "shape": "profiles", "source": LONG, "time_zone": "Asia/Shanghai", "person": {"email": RIGHT_TO_LEFT},
        "traits": {"city": SIGNS},
    }  # fmt: skip
    taken = {
        "rows": HUGE, "events": HUGE, "orders": 1, "refunds": 1, "lines": 1, "people": 1, "rejected": {}, "noted": {},
        "repeats": 1, "profiles_new": 1, "profiles_touched": 1, "consents": 1, "products": 1, "seconds": 0.5,
        "first_rejected": [],
    }  # fmt: skip
    line = {"line": HUGE, "column": RIGHT_TO_LEFT, "reason": "collect.time-not-readable", "value": SIGNS}
    reasons = {"collect.time-not-readable": HUGE, "release.that-knew-more": 1, "collect.cells-too-few": 2}
    refused = taken | {
        "events": 0, "orders": 0, "refunds": 0, "people": 0, "repeats": 0, "rejected": reasons, "noted": reasons,
        "first_rejected": [line, line | {"reason": "release.that-knew-more", "column": "", "value": ""}],
    }  # fmt: skip
    gone = {"code": "collect.file-expired", "facts": {}}
    _import(here, "draft", None, None)
    _import(here, "draft", mapping, None, task="running")
    _import(here, "checked", mapping, taken, task="done")
    _import(here, "queued", mapping, taken, task="queued")
    _import(here, "queued", mapping, taken, task="running")
    _import(here, "queued", mapping, taken, task="stopped")
    _import(here, "failed", mapping, None, task="failed", problem={"code": "bug"})
    _import(here, "failed", mapping, taken, task="failed", problem=gone)
    _import(here, "done", mapping, taken, task="done")
    _import(here, "done", mapping, refused)
    _import(here, "done", mapping, {"rows": 0})


def _import(
    here: Stated, state: str, mapping: Any, report: Any, *, task: str = "", problem: Any = None
) -> None:
    with acting_transaction(here.acting):
        made = Import.objects.create(
            node_no=here.brand.node_no, mapping=mapping, state=state, report=report, created_at=NOW,
            started_by=here.acting.actor, finished_at=NOW if state == "done" else None,
            task_id=_task(here, "collect.import", task, problem) if task else None,
        )  # fmt: skip
    here.keep("import_id", [made.id])


def _task(here: Stated, name: str, state: str, problem: Any = None) -> UUID:
    with acting_transaction(here.acting):
        made = Task.objects.create(
            node_no=here.brand.node_no, name=name, state=state, problem=problem, done=HUGE,
            total=HUGE * 2 if state == "running" else None, started_by=here.acting.actor, created_at=NOW,
        )  # fmt: skip
    here.keep("task_id", [made.id])
    return made.id


def _decisions(here: Stated) -> None:
    """What waits for a second person, was decided, ran out; and invitations that are open, used, over."""
    acting, node_no = here.acting, here.brand.node_no
    unit = Unit.objects.get(node_no=node_no)
    campaign = {"campaign_id": str(here.ids["campaign_id"][1]), "people": HUGE}
    invited = {"email": "new@example.com", "name": RIGHT_TO_LEFT, "unit_code": unit.code, "role": "marketer"}
    asked = [
        ("campaign.launch", SIGNS, campaign),
        ("staff.invite", LONG, invited),
        ("role.give", "x@y.z", invited),
    ]
    asked += [
        ("person.erase", str(here.ids["profile_id"][1]), {"profile_id": str(here.ids["profile_id"][1])})
    ]
    asked += [
        ("key.issue", RIGHT_TO_LEFT, {"unit_code": unit.code, "name": RIGHT_TO_LEFT, "roles": ["integrator"]})
    ]
    kinds: list[dict[str, Any]] = [
        {}, {"expires_at": NOW - timedelta(days=1)}, {"decided_at": NOW, "decided_by": "staff:x", "is_approved": True},
        {"decided_at": NOW, "decided_by": "staff:x", "is_approved": False},
    ]  # fmt: skip
    with acting_transaction(acting):
        made = [
            Approval.objects.create(
                node_no=node_no, what=what, about=about, asked=what_is_asked, digest=secrets.token_hex(32),
                **{"asked_by": "staff:other", "asked_at": NOW, "expires_at": NOW + timedelta(days=7)} | kind,
            )
            for what, about, what_is_asked in asked
            for kind in kinds
        ]  # fmt: skip
    here.keep("approval_id", [one.id for one in made])
    for kind in ({}, {"used_at": NOW}, {"expires_at": NOW - timedelta(days=1)}, {"withdrawn_at": NOW}):
        Invitation.objects.create(
            unit=unit, role="marketer", email=f"{'i' * 60}@example.com", name=RIGHT_TO_LEFT, made_by=acting.actor,
            token_hash=secrets.token_bytes(32), made_at=NOW, **{"expires_at": NOW + timedelta(days=7)} | kind,
        )  # fmt: skip


def _change(acting: Acting, model: Any, id: UUID, **values: Any) -> None:
    with acting_transaction(acting):
        assert model.objects.filter(id=id).update(**values) == 1
