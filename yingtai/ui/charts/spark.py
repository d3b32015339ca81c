"""A line the size of a word, drawn on the server."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH, HEIGHT, MARGIN = 96, 24, 2


def sparkline(values: Sequence[float | int | None], *, label: str) -> SafeString:
    """Draw the course of a figure without axes; `label` says in words what it shows.

    Empty: fewer than two known values draw nothing, since two points make the shortest line.
    """
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return format_html('<span class="spark" role="img" aria-label="{}">–</span>', label)
    low, high = min(value for _, value in known), max(value for _, value in known)
    across = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    up = (HEIGHT - 2 * MARGIN) / ((high - low) or 1)
    points = [(MARGIN + place * across, HEIGHT - MARGIN - (value - low) * up) for place, value in known]
    return format_html(
        '<svg class="spark" role="img" aria-label="{}" viewBox="0 0 {} {}"><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="2"/></svg>',
        label,
        WIDTH,
        HEIGHT,
        " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        f"{points[-1][0]:.1f}",
        f"{points[-1][1]:.1f}",
    )
