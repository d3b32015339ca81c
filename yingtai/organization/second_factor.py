"""Secrets of second factors lie sealed: whoever reads the table alone can make no codes."""

from base64 import urlsafe_b64encode
from functools import cache
from hashlib import blake2b

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet

from yingtai.kernel.env import secret

MARK = "sealed:"


class SealingAdapter(DefaultMFAAdapter):
    """Seals with a key of this installation, kept with its other secrets and not in the database."""

    def encrypt(self, text: str) -> str:
        return MARK + _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        # What was stored before this was introduced has no mark; it is sealed when its owner renews it.
        if not encrypted_text.startswith(MARK):
            return encrypted_text
        return _cipher().decrypt(encrypted_text.removeprefix(MARK).encode()).decode()


@cache
def _cipher() -> Fernet:
    key = blake2b(secret("second-factor.key").encode(), digest_size=32, person=b"second factor").digest()
    return Fernet(urlsafe_b64encode(key))
