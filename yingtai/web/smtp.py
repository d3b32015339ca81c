"""The receiving side of SMTP (RFC 5321), as little as a mailbox needs, for thousands of mails a second.

No relaying, no sign-in, no encryption: it listens on loopback only.
"""

import asyncio
import re
from collections.abc import Callable
from typing import cast

GREETING = b"220 mailbox.localhost ESMTP\r\n"
MOST_MAIL_BYTES = 10 * 1024 * 1024
MOST_LINE_BYTES = 4096
MOST_RECIPIENTS = 1000
ADDRESS = re.compile(r"\s*(?:FROM|TO):\s*<([^<>]*)>\s*(.*)", re.IGNORECASE)
SIZE = re.compile(r"\bSIZE=(\d{1,12})\b", re.IGNORECASE)
EXTENSIONS = (
    "250-mailbox.localhost\r\n"
    f"250-SIZE {MOST_MAIL_BYTES}\r\n"
    "250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n"
)

Keep = Callable[[str, tuple[str, ...], bytes], None]


class Smtp(asyncio.Protocol):
    """One connection of a sender; `keep` gets every mail that was taken."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._buffer = bytearray()
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._is_in_data = False
        self._is_too_large = False
        self._searched = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        answers: list[str] = []
        while self._take(answers):
            pass
        if answers:
            # Pipelined commands are answered in one piece.
            self._transport.write("".join(answers).encode())
        if "221 " in (answer[:4] for answer in answers):
            self._transport.close()

    def _take(self, answers: list[str]) -> bool:
        return self._take_mail(answers) if self._is_in_data else self._take_line(answers)

    def _take_line(self, answers: list[str]) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > MOST_LINE_BYTES:
                self._buffer.clear()
                answers.append("500 5.5.2 The line is too long\r\n")
            return False
        line = bytes(self._buffer[:end]).rstrip(b"\r").decode("utf-8", "replace")
        del self._buffer[: end + 1]
        answers.append(self._answer(line))
        return True

    def _take_mail(self, answers: list[str]) -> bool:
        # An empty mail is nothing but the final dot.
        is_empty = self._buffer.startswith(b".\r\n") and not self._is_too_large
        end = 0 if is_empty else self._buffer.find(b"\r\n.\r\n", self._searched)
        if end < 0:
            self._searched = max(0, len(self._buffer) - 4)
            if len(self._buffer) > MOST_MAIL_BYTES:
                self._is_too_large = True
                del self._buffer[:-4]
                self._searched = 0
            return False
        raw = b"" if is_empty else bytes(self._buffer[: end + 2])
        del self._buffer[: end + (3 if is_empty else 5)]
        answers.append(self._finish(raw))
        return True

    def _finish(self, raw: bytes) -> str:
        is_too_large = self._is_too_large or len(raw) > MOST_MAIL_BYTES
        sender, recipients = self._sender or "", tuple(self._recipients)
        self._forget()
        if is_too_large:
            return "552 5.3.4 The mail is larger than this mailbox takes\r\n"
        if raw.startswith(b".."):
            raw = raw[1:]
        self._keep(sender, recipients, raw.replace(b"\r\n..", b"\r\n."))
        return "250 2.0.0 Kept\r\n"

    def _answer(self, line: str) -> str:
        word, _, rest = line.partition(" ")
        match word.upper():
            case "EHLO":
                self._forget()
                return EXTENSIONS
            case "HELO":
                self._forget()
                return "250 mailbox.localhost\r\n"
            case "MAIL":
                return self._mail_from(rest)
            case "RCPT":
                return self._recipient(rest)
            case "DATA":
                return self._data()
            case "RSET":
                self._forget()
                return "250 2.0.0 Forgotten\r\n"
            case "NOOP":
                return "250 2.0.0 Here\r\n"
            case "VRFY":
                return "252 2.0.0 Every address is taken\r\n"
            case "QUIT":
                return "221 2.0.0 Good bye\r\n"
        return "500 5.5.1 Not a command of this mailbox\r\n"

    def _mail_from(self, rest: str) -> str:
        found = ADDRESS.fullmatch(rest)
        if found is None:
            return "501 5.5.4 MAIL FROM:<address> is needed\r\n"
        if self._sender is not None:
            return "503 5.5.1 This mail has its sender already\r\n"
        size = SIZE.search(found[2])
        if size and int(size[1]) > MOST_MAIL_BYTES:
            return "552 5.3.4 The mail is larger than this mailbox takes\r\n"
        self._sender = found[1]
        return "250 2.1.0 Sender taken\r\n"

    def _recipient(self, rest: str) -> str:
        found = ADDRESS.fullmatch(rest)
        if found is None or not found[1]:
            return "501 5.5.4 RCPT TO:<address> is needed\r\n"
        if self._sender is None:
            return "503 5.5.1 MAIL comes before RCPT\r\n"
        if len(self._recipients) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients; send the mail again for the others\r\n"
        self._recipients.append(found[1])
        return "250 2.1.5 Recipient taken\r\n"

    def _data(self) -> str:
        if not self._recipients:
            return "503 5.5.1 RCPT comes before DATA\r\n"
        self._is_in_data = True
        return "354 End with a line that holds a dot only\r\n"

    def _forget(self) -> None:
        self._sender = None
        self._recipients = []
        self._is_in_data = self._is_too_large = False
        self._searched = 0
