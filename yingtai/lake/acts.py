"""Which events are something that a person did: not what we sent them, nor what a machine did with it. Pure."""

from typing import Final

SENT_BY_US: Final = ("Email Sent", "Email Delivered", "Email Bounced")
"""Events that tell of our own sending: nobody was seen by them."""
MACHINE: Final = "bot"
"""The `device_class` of robots: crawlers, scanners of mail, services that fetch pictures before anybody looks."""
IS_ACT: Final = (
    f"coalesce(event, '') NOT IN ({', '.join(repr(name) for name in SENT_BY_US)})"
    f" AND coalesce(device_class, '') <> '{MACHINE}'"
)
"""The condition in SQL, over rows of `events`."""
