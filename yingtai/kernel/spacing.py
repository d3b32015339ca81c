"""Spaces around the blanks of a text: Chinese has one beside a Latin word or a number, none beside Chinese. Pure."""

import re
from collections.abc import Mapping
from typing import Any

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u201c\u201d]")
BLANK = re.compile(r"( ?)(%\((\w+)\)s|\{(\w+)\})( ?)")


def closed_up(text: str, values: Mapping[str, Any]) -> str:
    """Return a text, still with its blanks, without the spaces that would stand between Chinese and Chinese once they
    are filled with these values; what stands inside a value stays as it is."""

    def seam(found: re.Match[str]) -> str:
        value = str(values.get(found[3] or found[4], ""))
        before, after = text[: found.start()][-1:], text[found.end() :][:1]
        left = "" if _meet(before, value[:1]) else found[1]
        right = "" if _meet(value[-1:], after) else found[5]
        return f"{left}{found[2]}{right}"

    return BLANK.sub(seam, text)


def _meet(one: str, other: str) -> bool:
    return bool(CHINESE.match(one) and CHINESE.match(other))
