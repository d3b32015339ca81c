"""Liquid set aside while HTML is read: a `<` or `>` in a condition would look like the end of an element. Pure."""

import re

LIQUID = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
MARK = "\ue000"
HELD = re.compile(f"{MARK}(\\d+){MARK}")


def hold(source: str) -> tuple[str, list[str]]:
    """Return the source with a numbered mark in place of each Liquid tag, and the tags."""
    held: list[str] = []

    def put(match: re.Match[str]) -> str:
        held.append(match.group())
        return f"{MARK}{len(held) - 1}{MARK}"

    return LIQUID.sub(put, source.replace(MARK, "")), held


def give_back(text: str, held: list[str]) -> str:
    """Return the text with the Liquid tags in their places."""
    return HELD.sub(lambda match: held[int(match.group(1))], text)
