"""What a definition asks, for numbers of people that are told roughly: said another way, it is the same question."""

import json
from typing import Any


def question_of(document: Any, place: Any) -> list[Any]:
    """Return what a definition asks at a place: the same for the same parts in another order, or said twice."""
    return [_normal(document), place]


def _normal(part: Any) -> Any:
    if not isinstance(part, dict) or "join" not in part:
        return part
    parts: dict[str, Any] = {}
    for one in map(_normal, part.get("parts", [])):
        is_same = isinstance(one, dict) and one.get("join") == part["join"]
        parts |= {json.dumps(inner, sort_keys=True): inner for inner in (one["parts"] if is_same else [one])}
    [*inside] = (parts[key] for key in sorted(parts))
    return inside[0] if len(inside) == 1 and "join" in inside[0] else {"join": part["join"], "parts": inside}
