"""What a picture is by its bytes, whatever it calls itself: PNG, JPEG or WebP, and how large. Pure.

SVG is none of them: it is a program as much as a picture.
Sources: PNG (RFC 2083 §3), JPEG (ITU T.81 annex B), WebP (RFC 9649 §2).
"""

from dataclasses import dataclass

FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""The markers of a JPEG that tell its size."""
ALONE = {0x01, *range(0xD0, 0xD9)}


@dataclass(frozen=True)
class Picture:
    """A kind that browsers know and a size in pixels."""

    content_type: str
    width: int
    height: int


def picture_in(data: bytes) -> Picture | None:
    """Return what a file is; nothing when it is no picture that we take."""
    try:
        return _png(data) or _webp(data) or _jpeg(data)
    except IndexError:
        return None


def _png(data: bytes) -> Picture | None:
    if (
        not data.startswith(b"\x89PNG\r\n\x1a\n")
        or data[12:16] != b"IHDR"
        or not data[-8:].startswith(b"IEND")
    ):
        return None
    return Picture("image/png", _big(data[16:20]), _big(data[20:24]))


def _webp(data: bytes) -> Picture | None:
    is_whole = data[:4] == b"RIFF" and data[8:12] == b"WEBP" and _little(data[4:8]) + 8 == len(data)
    if not is_whole:
        return None
    kind = data[12:16]
    if kind == b"VP8X":
        return Picture("image/webp", _little(data[24:27]) + 1, _little(data[27:30]) + 1)
    if kind == b"VP8L":
        bits = _little(data[21:25])
        return Picture("image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        return Picture("image/webp", _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF)
    return None


def _jpeg(data: bytes) -> Picture | None:
    if not data.startswith(b"\xff\xd8\xff") or not data.endswith(b"\xff\xd9"):
        return None
    place = 2
    while data[place] == 0xFF:
        marker = data[place + 1]
        if marker in FRAMES:
            return Picture("image/jpeg", _big(data[place + 7 : place + 9]), _big(data[place + 5 : place + 7]))
        place += 2 if marker in ALONE else 2 + max(_big(data[place + 2 : place + 4]), 2)
    return None


def _big(part: bytes) -> int:
    return int.from_bytes(part, "big")


def _little(part: bytes) -> int:
    return int.from_bytes(part, "little")
