"""What the collector accepts, and no more. The first four are Segment's own limits."""

from datetime import timedelta

EVENT_BYTES = 32 * 1024
BATCH_BYTES = 500 * 1024
MESSAGE_ID_LETTERS = 100
PROPERTIES = 300

SMALLEST_EVENT_BYTES = 40
BATCH_EVENTS = 12_500
"""The smallest event that says who did what takes 40 bytes, so a larger batch is not made of events."""
REFUSED_BEFORE_GIVING_UP = 1_000
"""A batch of which more, and most of what was looked at, is refused is not made of events either."""
DEPTH = 20
NAME_LETTERS = 200
ID_LETTERS = 512
REASONS_ANSWERED = 100
MALFORMED_BYTES_KEPT = 4 * 1024

CLOCK_AHEAD = timedelta(hours=24)
"""A clock further ahead than this would make day partitions that should not exist."""
