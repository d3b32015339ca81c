"""The builder as a form: names of inputs carry the place of a sentence, so the server remembers nothing.

`join` belongs to the outermost group, `0.block` and `0.event` to its first part, `1.0.trait` to the first part of its
second part. What a button does comes as `do`: `add:1:trait`, `group:`, `remove:0`, `negate:1.0`.
"""

import re
from collections.abc import Mapping
from typing import Any

from yingtai.audiences.definition import DEEPEST, MOST_SENTENCES
from yingtai.kernel.contributions import audience_blocks
from yingtai.kernel.reading import read_whole

NAME = re.compile(r"^((?:\d{1,2}\.){0,4})([a-z_]{1,40})$")
Document = dict[str, Any]
Path = tuple[int, ...]


def read_form(posted: Mapping[str, str]) -> Document:
    """Return the document that posted inputs describe, finished or not; what fits nowhere is left out."""
    nodes: dict[Path, Document] = {(): {}}
    for key, value in posted.items():
        match = NAME.match(key)
        if match:
            path = tuple(int(step) for step in match[1].split(".")[:-1])
            nodes.setdefault(path, {})[match[2]] = value
    root = _node((), nodes)
    return root if "join" in root else {"join": "all", "parts": []}


def apply(document: Document, do: str) -> Document:
    """Return the document after what a button does; a button that fits nothing changes nothing."""
    verb, _, rest = do.partition(":")
    place, _, block = rest.partition(":")
    path = _path_of(place)
    if verb in {"add", "group"}:
        group = _at(document, path)
        if group is not None and "join" in group and _has_room(document):
            group["parts"].append(_new_part(verb, block, group, len(path)))
            group["parts"] = [part for part in group["parts"] if part]
    elif path:
        _change(document, path, verb)
    return document


def _path_of(place: str) -> tuple[int, ...]:
    steps = (read_whole(step[:3]) for step in place.split("."))
    return tuple(step for step in steps if step is not None and step < 100)


def focus_after(document: Document, do: str) -> str | None:
    """Return the path of the group whose first button takes the focus, when the pressed button went with its sentence.

    In: document  after the button
    """
    verb, _, place = do.partition(":")
    path = _path_of(place)
    if verb != "remove" or not path:
        return None
    group = _at(document, path[:-1])
    is_gone = group is not None and path[-1] >= len(group.get("parts", []))
    return ".".join(str(step) for step in path[:-1]) if is_gone else None


def _node(path: Path, nodes: Mapping[Path, Document]) -> Document:
    values = nodes[path]
    below = sorted(other for other in nodes if len(other) == len(path) + 1 and other[:-1] == path)
    if "block" not in values and ("join" in values or not path):
        join = "any" if values.get("join") == "any" else "all"
        return {"join": join, "parts": [_node(other, nodes) for other in below if _is_part(nodes[other])]}
    block = audience_blocks.find(values["block"])
    known = {field.name for field in block.fields} if block else set()
    kept = {name: value.strip() for name, value in values.items() if name in known and value.strip()}
    return {"block": values["block"], **kept} | ({"negated": True} if values.get("negated") == "1" else {})


def _is_part(values: Document) -> bool:
    return "join" in values or audience_blocks.find(values.get("block", "")) is not None


def _at(document: Document, path: Path) -> Document | None:
    for step in path:
        parts = document.get("parts", [])
        if step >= len(parts):
            return None
        document = parts[step]
    return document


def _has_room(document: Document) -> bool:
    return _count(document) < MOST_SENTENCES


def _count(document: Document) -> int:
    return 1 if "block" in document else sum(_count(part) for part in document["parts"])


def _new_part(verb: str, block: str, above: Document, depth: int) -> Document | None:
    if verb == "add":
        return {"block": block} if audience_blocks.find(block) else None
    other = "any" if above["join"] == "all" else "all"
    return {"join": other, "parts": []} if depth + 1 < DEEPEST else None


def _change(document: Document, path: Path, verb: str) -> None:
    group, place = _at(document, path[:-1]), path[-1]
    if group is None or place >= len(group.get("parts", [])):
        return
    if verb == "remove":
        del group["parts"][place]
    elif verb == "negate" and "block" in group["parts"][place]:
        part = group["parts"][place]
        group["parts"][place] = part | {"negated": True} if not part.pop("negated", False) else part
