"""Cipher suites and the layout of a sealed value.

offset  bytes  meaning
0       1      suite: 1 = AES-256-GCM (2 is kept for SM4-GCM, RFC 8998)
1       8      key id, big-endian: a subject key, or an inbox epoch
9       12     random nonce
21      n      ciphertext
21 + n  16     tag
"""

from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
TAG_BYTES = 16
HEADER_BYTES = 9
BODY_AT = HEADER_BYTES + NONCE_BYTES
SMALLEST = BODY_AT + TAG_BYTES


class Cipher(Protocol):
    """Authenticated encryption under one key, with a 12-byte nonce and a 16-byte tag."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


class Suite(Protocol):
    """Make the cipher of a 32-byte key. A shorter key of another suite is to be derived from it."""

    def __call__(self, key: bytes, /) -> Cipher: ...


AES_256_GCM = 1
SUITES: dict[int, Suite] = {AES_256_GCM: AESGCM}


def header(suite: int, key_id: int) -> bytes:
    """Return the first nine bytes of everything sealed under that key."""
    return suite.to_bytes(1) + key_id.to_bytes(8)
