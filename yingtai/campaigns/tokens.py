"""Links that only we can make: they name a send, hold nothing about the person, and cannot be read or changed.

Source: AES-SIV, RFC 5297: authenticated, and the same link for the same send every time. Pure.
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from yingtai.campaigns.errors import LinkNotUnderstood

UNSUBSCRIBE, VIEW, OPEN, CLICK, CONFIRM = b"u", b"v", b"o", b"c", b"y"
DYNAMIC_LINK = 0xFFFF
HEAD = struct.Struct(">QQH")


@dataclass(frozen=True)
class Link:
    """What a token says: which send, or which confirmation, where it belongs, and for a click which link."""

    send_no: int
    node_no: int
    link_no: int = 0
    url: str = ""


class Tokens:
    """Makes and reads tokens under one secret."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESSIV(hashlib.sha512(b"yingtai/campaigns/links/" + secret.encode()).digest())

    def make(self, kind: bytes, link: Link) -> str:
        """Return the token of a link."""
        plain = HEAD.pack(link.send_no, link.node_no, link.link_no) + link.url.encode()
        return base64.urlsafe_b64encode(self._cipher.encrypt(plain, [kind])).decode().rstrip("=")

    def read(self, kind: bytes, token: str) -> Link:
        """Return what a token says.

        Raises: LinkNotUnderstood when it is not ours, was changed, or is of another kind
        """
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            plain = self._cipher.decrypt(sealed, [kind])
        except (binascii.Error, ValueError, InvalidTag):
            raise LinkNotUnderstood from None
        send_no, node_no, link_no = HEAD.unpack_from(plain)
        return Link(send_no, node_no, link_no, plain[HEAD.size :].decode())
