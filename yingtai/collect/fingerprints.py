"""An id for a message that came without one, so that its repeat can still be recognized."""

from datetime import datetime
from hashlib import blake2b

from yingtai.collect.limits import MESSAGE_ID_LETTERS

ID_BYTES = 16


def fingerprint(raw: bytes, *, index: int, received: int, when: datetime | None) -> str:
    """Return an id that a repeat of the same message shares.

    A message with a time of its own is known by its content. One without could truly have happened twice,
    so it is known by its place in its request alone, and a repeat of the request counts again.
    """
    seed = raw if when is not None else b"%d|%d|%b" % (received, index, raw)
    made = "content-" + blake2b(seed, digest_size=ID_BYTES).hexdigest()
    return made[:MESSAGE_ID_LETTERS]
