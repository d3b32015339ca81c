"""Make an event set of exploded requests: identifiers apart, declared apart from private, money in columns."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from yingtai.collect.api import Facts, Message, Plan, RecordedFact
from yingtai.customers.eventset import EventSet
from yingtai.customers.ingest.columns import ID_COLUMNS, Columns, message_hash
from yingtai.customers.ingest.shapes import Properties, SeenName
from yingtai.kernel.addresses import network_of
from yingtai.lake.api import MACHINE
from yingtai.vault.api import normalise

IDENTIFIED = "Identified"
EVENT_OF_TYPE = {
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "identify": IDENTIFIED,
    "group": "Group Joined",
    "alias": "Aliased",
}
ID_TRAITS = {
    "email": "email",
    "phone": "phone",
    "mobile": "phone",
    "member_no": "member",
    "memberNo": "member",
    "member_id": "member",
    "openid": "openid",
    "unionid": "unionid",
}
EXTERNAL_IDS = {
    "user_id": "user",
    "email": "email",
    "phone": "phone",
    "member": "member",
    "member_no": "member",
    "anonymous_id": "anonymous",
    "device": "device",
    "openid": "openid",
    "unionid": "unionid",
}
UTM = {
    "source": "utm_source",
    "medium": "utm_medium",
    "name": "utm_campaign",
    "term": "utm_term",
    "content": "utm_content",
}
FACT_COLUMNS = (
    "profile_no", "channel", "device_class", "campaign_no", "journey_no", "send_no", "order_id", "product_id",
    "category", "quantity", "amount_minor", "currency",
)  # fmt: skip
SESSION_DIGITS = 18
LONGEST_PURPOSE, MOST_PURPOSES = 60, 20

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class BrandWays:
    """What a brand says about reading its events."""

    plan: Plan
    country: str
    currency: str


@dataclass
class Built:
    """An event set, and how often names came in it that nobody declared."""

    events: EventSet
    seen: Counter[SeenName] = field(default_factory=Counter)


def build(messages: Sequence[Message], source_nos: list[int], node_nos: list[int], ways: BrandWays) -> Built:
    """Return messages of one brand as one set, in their order.

    Cost: about 7 µs per message
    """
    columns = Columns(len(messages))
    columns.fill("source_no", source_nos)
    columns.fill("node_no", node_nos)
    columns.fill("kind", [message.type for message in messages])
    columns.fill("event", [message.event or EVENT_OF_TYPE.get(message.type, "") for message in messages])
    columns.fill("occurred_at", [message.occurred_at for message in messages])
    columns.fill("received_at", [message.received_at for message in messages])
    ids = [message.message_id for message in messages]
    columns.fill("message_hash", [message_hash(no, id) for no, id in zip(source_nos, ids, strict=True)])
    _add_ids(columns, messages)
    _add_contexts(columns, messages)
    brand_no = node_nos[0] >> 40
    properties = Properties(columns, ways.plan, brand_no, ways.currency)
    traits = _Traits(columns, ways)
    for row, message in enumerate(messages):
        values, kind = message.properties, message.type
        if kind != "track":
            values = _properties_of(message)
        if values:
            properties.add(row, values, message.event if kind == "track" else EVENT_OF_TYPE[kind])
        if kind == "identify" and message.traits:
            traits.add(row, message.traits)
    seen = properties.seen()
    seen.update({(brand_no, "trait", "", name): count for name, count in traits.unseen.items()})
    return Built(columns.event_set(ways.country), seen)


def build_facts(documents: Sequence[Facts], source_no: int, ways: Callable[[int], BrandWays]) -> list[Built]:
    """Return what the product recorded itself, one set per brand, in its order."""
    by_brand: dict[int, list[tuple[RecordedFact, int]]] = {}
    for document in documents:
        received = round(document.received_at.timestamp() * 1_000_000)
        for fact in document.facts:
            by_brand.setdefault(fact.node_no >> 40, []).append((fact, received))
    return [_built(facts, source_no, brand_no, ways(brand_no)) for brand_no, facts in by_brand.items()]


def _built(facts: list[tuple[RecordedFact, int]], source_no: int, brand_no: int, ways: BrandWays) -> Built:
    columns = Columns(len(facts))
    columns.fill("source_no", [source_no] * len(facts))
    columns.fill("node_no", [fact.node_no for fact, _ in facts])
    columns.fill("kind", ["track"] * len(facts))
    columns.fill("event", [fact.event for fact, _ in facts])
    columns.fill("occurred_at", [round(fact.occurred_at.timestamp() * 1_000_000) for fact, _ in facts])
    columns.fill("received_at", [received for _, received in facts])
    # All brands share the product's own source number, so a message id is told apart by its brand.
    columns.fill(
        "message_hash", [message_hash(source_no, f"{brand_no}|{fact.message_id}") for fact, _ in facts]
    )
    properties = Properties(columns, ways.plan, brand_no, ways.currency)
    for row, (fact, _) in enumerate(facts):
        for name in FACT_COLUMNS:
            columns.lists[name][row] = getattr(fact, name)
        for kind, value in fact.identifiers.items():
            _set_id(columns, row, kind, value)
        if fact.properties:
            properties.add(row, fact.properties, fact.event, is_lifted=False)
    return Built(columns.event_set(ways.country), properties.seen())


def _properties_of(message: Message) -> dict[str, Any]:
    if message.type == "group":
        return {"group_id": message.group_id, **message.traits}
    if message.name and message.type in ("page", "screen"):
        return {"name": message.name, **message.properties}
    return message.properties


def _add_ids(columns: Columns, messages: Sequence[Message]) -> None:
    columns.fill("id_user", [message.user_id or None for message in messages])
    columns.fill("id_anonymous", [message.anonymous_id or None for message in messages])
    for row, message in enumerate(messages):
        context = message.context
        if message.traits and message.type != "group" and not ID_TRAITS.keys().isdisjoint(message.traits):
            for name, value in message.traits.items():
                if name in ID_TRAITS:
                    _set_id(columns, row, ID_TRAITS[name], value)
        if context.device is not None:
            _set_id(columns, row, "device", context.device.get("id"))
        if message.previous_id and message.type == "alias":
            _set_id(columns, row, "anonymous", message.previous_id)
        if context.external_ids:
            for entry in context.external_ids:
                if isinstance(entry, dict) and isinstance(entry.get("type"), str):
                    _set_id(columns, row, EXTERNAL_IDS.get(entry["type"], ""), entry.get("id"))


def _set_id(columns: Columns, row: int, kind: str, value: object) -> None:
    if kind not in ID_COLUMNS or isinstance(value, bool) or not isinstance(value, str | int):
        return
    column = columns.lists[ID_COLUMNS[kind]]
    if column[row] is None and value != "":
        column[row] = str(value)


def _add_contexts(columns: Columns, messages: Sequence[Message]) -> None:
    contexts = [message.context for message in messages]
    pages = [context.page for context in contexts]
    columns.fill("page_path", [page.path or None if page is not None else None for page in pages])
    columns.fill("device_class", [device_class(message.user_agent) for message in messages])
    lists = columns.lists
    channels = lists["channel"]
    for row, (context, page) in enumerate(zip(contexts, pages, strict=True)):
        if context.app is not None:
            channels[row] = "app"
        elif page is not None:
            channels[row] = "web"
        if context.campaign:
            for word, value in context.campaign.items():
                if word in UTM and isinstance(value, str) and value:
                    lists[UTM[word]][row] = value
        if context.consent is not None and context.consent.category_preferences:
            lists["agreed"][row] = _agreed(context.consent.category_preferences)
            lists["agreed_from"][row] = network_of(messages[row].peer) or None
        if context.session_id is not None:
            digits = str(context.session_id)
            if digits.isascii() and digits.isdigit() and len(digits) <= SESSION_DIGITS:
                lists["session_no"][row] = int(digits)


def _agreed(preferences: dict[str, bool]) -> bytes | None:
    """Return what was agreed to; which of it are purposes of the brand, others know."""
    said = [name for name, is_granted in preferences.items() if is_granted and len(name) <= LONGEST_PURPOSE]
    return encode(said[:MOST_PURPOSES]) if said else None


class _Traits:
    """Writes what identify says of people; what became an identifier is kept as one, not twice."""

    def __init__(self, columns: Columns, ways: BrandWays) -> None:
        self._known, self._private = columns.sparse("traits"), columns.sparse("private_traits")
        self._plan, self._country = ways.plan, ways.country
        self._are_ids: dict[tuple[str, str], bool] = {}
        self.unseen: Counter[str] = Counter()

    def add(self, row: int, traits: dict[str, Any]) -> None:
        others = traits
        if not ID_TRAITS.keys().isdisjoint(traits):
            others = {name: value for name, value in traits.items() if not self._is_id(name, value)}
        split = self._plan.split_traits(others)
        if split.l2:
            self._known[row] = encode(split.l2)
        if split.private:
            self._private[row] = encode(split.private)
        self.unseen.update(split.unseen)

    def _is_id(self, name: str, value: object) -> bool:
        kind = ID_TRAITS.get(name)
        if kind is None or isinstance(value, bool) or not isinstance(value, str | int):
            return False
        key = (kind, str(value))
        if key not in self._are_ids:
            self._are_ids[key] = normalise(*key, self._country) is not None
        return self._are_ids[key]


@lru_cache(maxsize=4_096)
def device_class(user_agent: str) -> str | None:
    """Return the class of device behind a user agent, which is then dropped."""
    text = user_agent.lower()
    if not text:
        return None
    if "bot" in text or "spider" in text or "crawl" in text:
        return MACHINE
    if "ipad" in text or "tablet" in text or ("android" in text and "mobile" not in text):
        return "tablet"
    if "mobi" in text or "iphone" in text or "android" in text:
        return "mobile"
    if "windows" in text or "macintosh" in text or "x11" in text or "linux" in text:
        return "desktop"
    return "program"
