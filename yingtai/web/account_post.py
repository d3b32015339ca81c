"""Django's way to the development mailbox: mails about accounts come by its socket, which only the product can open.

What comes by SMTP is anybody's word, whatever its headers say.
"""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from yingtai.web.mailbox_reading import ask


class EmailBackend(BaseEmailBackend):
    """Brings what Django sends, which is all about accounts; mails to customers have a sender of their own."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return how many mails the mailbox took.

        Raises: OSError when it does not answer
        """
        return sum(self._brought(message) for message in email_messages)

    def _brought(self, message: EmailMessage) -> bool:
        if not message.recipients():
            return False
        mail: dict[str, Any] = {
            "sender": message.from_email,
            "recipients": message.recipients(),
            # The stubs know the method of the standard library only.
            "raw": message.message().as_bytes(linesep="\r\n").decode("latin-1"),  # type: ignore[call-arg]
        }
        if ask({"ask": "bring", **mail}) is None and not self.fail_silently:
            raise ConnectionError("the development mailbox does not answer")
        return True
