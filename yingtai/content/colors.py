"""Which color can be read on which: WCAG 2.2, relative luminance and contrast ratio. Pure."""

import re

LIGHT, DARK = "#ffffff", "#111827"
DEFAULT_COLOR = "#1f2937"
EDGE_RATIO = 3.0
"""What a button must have against the page around it, or else a line around it."""
HEX = re.compile(r"#[0-9a-f]{6}")


def is_color(text: str) -> bool:
    """Say whether a text is a color as pages carry it: #rrggbb in small letters."""
    return HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colors, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink_on(color: str) -> str:
    """Return the color of writing that can be read on a color: at least 4.5 to 1 on any."""
    return max((LIGHT, "#000000"), key=lambda ink: contrast(ink, color))


def edge_of(color: str) -> str:
    """Return the color of the line around a button of a color on a white page."""
    return color if contrast(color, LIGHT) >= EDGE_RATIO else DARK


def _luminance(color: str) -> float:
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
