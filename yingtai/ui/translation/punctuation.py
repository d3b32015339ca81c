"""Chinese punctuation: keyboards and tools slip half-width signs between characters, where they look wrong."""

import re

HALF = ",;:?!"
FULL = "\uff0c\uff1b\uff1a\uff1f\uff01"
WIDER = str.maketrans(HALF, FULL)
CHARACTER = "[\u4e00-\u9fff\u201d\u201c\u300b]"
SIGN = re.compile(f"(?<={CHARACTER})[{HALF}] ?|[{HALF}] ?(?={CHARACTER})")
# Not the brackets of a blank such as %(name)s.
BRACKETS = re.compile(f"(?<!%)[(]([^()%]*{CHARACTER}[^()%]*)[)]")


def punctuated(text: str) -> str:
    """Return the text with full-width signs beside Chinese characters; numbers such as 12,480 stay as they are."""
    wider = SIGN.sub(lambda found: found.group().strip().translate(WIDER), text)
    return BRACKETS.sub("\uff08\\1\uff09", wider)
