"""Pictures made anew: of what somebody uploads only the pixels are kept, none of its bytes. Pure.

A file can be a picture and something else too: a page behind its end, a program in a comment, the place where a photo
was taken. SVG is not taken: it is a program as much as a picture.
"""

from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
HOW: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": True},
    "JPEG": {"quality": 88, "optimize": True},
    "WEBP": {"quality": 88, "method": 4},
}
MODES = {"PNG": ("1", "L", "LA", "P", "RGB", "RGBA"), "JPEG": ("L", "RGB"), "WEBP": ("RGB", "RGBA")}
"""How the pixels of each may be written; others are written with all colors."""


@dataclass(frozen=True)
class Picture:
    """A picture that browsers know; `data` holds its pixels and nothing else."""

    content_type: str
    data: bytes


def made_anew(data: bytes, *, most_pixels: int) -> Picture | None:
    """Return a picture with the pixels of a file; None when it is none that we take, or has a longer side.

    Cost: 4 million pixels in about a second; of more nothing is decoded
    """
    with suppress(OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        with Image.open(BytesIO(data), formats=tuple(TYPES)) as found:
            kind = found.format
            if kind is None or not all(1 <= side <= most_pixels for side in found.size):
                return None
            found.load()
            pixels = ImageOps.exif_transpose(found)
        return Picture(TYPES[kind], _written(pixels, kind))
    return None


def _written(pixels: Any, kind: str) -> bytes:
    if pixels.mode not in MODES[kind]:
        has_alpha = pixels.has_transparency_data and "RGBA" in MODES[kind]
        pixels = pixels.convert("RGBA" if has_alpha else "RGB")
    told = {"transparency": pixels.info["transparency"]} if "transparency" in pixels.info else {}
    pixels.info = {}
    into = BytesIO()
    pixels.save(into, kind, **HOW[kind], **told)
    return into.getvalue()
