"""The tracking plan, compiled: one decoder per declared event, which reads types at the speed of C."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

Decode = Callable[[msgspec.Raw | bytes], object]

TYPES: dict[str, Any] = {
    "string": str,
    "number": float,
    "integer": int,
    "boolean": bool,
    "datetime": datetime,
    "array": list[msgspec.Raw],
    "object": dict[str, msgspec.Raw],
}


class Rule(msgspec.Struct, frozen=True, gc=False):
    """What one declared event must look like, and whether a breach keeps it out."""

    decode: Decode
    blocks: bool


class Plan(msgspec.Struct, frozen=True):
    """A source's tracking plan: rules by event name, and one for traits."""

    events: dict[str, Rule]
    traits: Rule | None


NO_PLAN = Plan({}, None)


def compile_plan(document: dict[str, Any]) -> Plan:
    """Return the plan of a `collect_plan` document; what it does not know it does not check."""
    mode = document.get("on_violation", "keep")
    events = {
        name: Rule(_decoder(event.get("properties", {})), event.get("on_violation", mode) == "block")
        for name, event in document.get("events", {}).items()
    }
    traits = document.get("traits", {})
    return Plan(events, Rule(_decoder(traits), mode == "block") if traits else None)


def _decoder(properties: dict[str, dict[str, Any]]) -> Decode:
    fields: list[Any] = []
    for place, (name, declared) in enumerate(properties.items()):
        kind = TYPES.get(declared.get("type", ""))
        if kind is not None and declared.get("required"):
            fields.append((f"f{place}", kind, msgspec.field(name=name)))
        elif kind is not None:
            fields.append((f"f{place}", kind | None, msgspec.field(name=name, default=None)))
    fields.sort(key=lambda field: field[2].default is None)
    return msgspec.json.Decoder(msgspec.defstruct("Declared", fields, gc=False)).decode
