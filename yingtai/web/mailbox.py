"""The development mailbox: takes every mail, keeps the newest in memory, delivers none.

SMTP on loopback for those that send; a line of JSON there and back on a Unix socket for those that look, and for the
product's own mails about accounts: nobody else can open it.
"""

import asyncio
import json
import os
import signal
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from yingtai.kernel import heartbeats
from yingtai.kernel.env import env, socket_folder
from yingtai.web.smtp import Smtp

MOST_MAILS = 20_000
MOST_BYTES = 200 * 1024 * 1024
MOST_ACCOUNT_MAILS, MOST_ACCOUNT_BYTES = 20_000, 50 * 1024 * 1024
NODE_HEADER = b"\nx-yingtai-node:"
ACCOUNT_HEADER = b"\nx-yingtai-account:"
NOWHERE = -1
"""The node of a mail that nobody is shown."""
PAGE_SIZE = 50
MOST_LINE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it came: the envelope, the raw message, and the node it was sent for.

    is_account  it is about somebody's account, such as an invitation or a new password: whoever reads it could take the
                account over. Only the product itself brings such, on the socket.
    """

    no: int
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes
    node_no: int
    is_account: bool


class Shelf:
    """The newest mails of one sort, within a number and a size; older ones fall out."""

    def __init__(self, *, most_mails: int, most_bytes: int) -> None:
        self._mails: deque[Mail] = deque()
        self._most_mails, self._most_bytes = most_mails, most_bytes
        self._bytes = 0

    def put(self, mail: Mail) -> None:
        self._mails.append(mail)
        self._bytes += len(mail.raw)
        while len(self._mails) > self._most_mails or self._bytes > self._most_bytes:
            self._bytes -= len(self._mails.popleft().raw)

    def find(self, no: int) -> Mail | None:
        # Numbers rise, so the place can be searched for.
        place = bisect_left(self._mails, no, key=lambda mail: mail.no)
        return self._mails[place] if place < len(self._mails) and self._mails[place].no == no else None

    def clear(self) -> None:
        self._mails.clear()
        self._bytes = 0

    def __reversed__(self) -> Iterator[Mail]:
        return reversed(self._mails)

    def __len__(self) -> int:
        return len(self._mails)


class Box:
    """The newest mails: those about accounts on a shelf of their own, which nothing that comes by SMTP can fill."""

    def __init__(self, *, most_mails: int = MOST_MAILS, most_bytes: int = MOST_BYTES) -> None:
        self._mails = Shelf(most_mails=most_mails, most_bytes=most_bytes)
        self._account_mails = Shelf(most_mails=MOST_ACCOUNT_MAILS, most_bytes=MOST_ACCOUNT_BYTES)
        self.received_count = 0

    def put(
        self, sender: str, recipients: tuple[str, ...], raw: bytes, at: datetime, *, is_account: bool = False
    ) -> None:
        """Keep one mail, at the cost of the oldest.

        A mail of an outsider that names no place, or says that it is about an account, is counted and shown to nobody.
        """
        self.received_count += 1
        node_no = _node_no(raw)
        if is_account:
            node_no = node_no or 0
        elif node_no is None or ACCOUNT_HEADER in _head_of(raw):
            node_no = NOWHERE
        self._shelf(is_account).put(
            Mail(self.received_count, at, sender, recipients, raw, node_no, is_account=is_account)
        )

    def find(self, no: int, *, is_account: bool = False) -> Mail | None:
        return self._shelf(is_account).find(no)

    def list(
        self, *, ranges: list[list[int]], to: str, before: int, limit: int, is_account: bool = False
    ) -> list[Mail]:
        """Return mails newest first, of those node ranges, to the whole address `to`, older than `before`."""
        found: list[Mail] = []
        for mail in reversed(self._shelf(is_account)):
            if len(found) == limit:
                break
            is_wanted = not to or any(to == recipient.lower() for recipient in mail.recipients)
            if (not before or mail.no < before) and is_wanted and _is_inside(mail.node_no, ranges):
                found.append(mail)
        return found

    def clear(self) -> None:
        self._mails.clear()
        self._account_mails.clear()

    def __len__(self) -> int:
        return len(self._mails) + len(self._account_mails)

    def _shelf(self, is_account: bool) -> Shelf:
        return self._account_mails if is_account else self._mails


def serve() -> None:
    """Run the mailbox until told to stop."""
    asyncio.run(_serve(Box()))


def address() -> Path:
    """Return the Unix socket that answers questions about the mails."""
    return socket_folder("mailbox") / "mailbox.sock"


def answer(box: Box, question: dict[str, Any]) -> Any:
    """Answer one question: `list`, `read`, `count` or `clear`; or take a mail about an account: `bring`.

    `ranges` are the node ranges of the reader; `is_account` asks for the mails about accounts instead of the others.
    """
    ranges = question.get("ranges", [])
    is_account = question.get("is_account") is True
    match question.get("ask"):
        case "list":
            mails = box.list(
                ranges=ranges,
                to=str(question.get("to", "")).lower(),
                before=int(question.get("before", 0)),
                limit=min(int(question.get("limit", PAGE_SIZE)), 1000),
                is_account=is_account,
            )
            return [_head(mail) for mail in mails]
        case "read":
            mail = box.find(int(question["no"]), is_account=is_account)
            if mail is None or not _is_inside(mail.node_no, ranges):
                return None
            return _head(mail) | {"raw": mail.raw.decode("latin-1")}
        case "bring":
            recipients = tuple(str(one) for one in question["recipients"])
            raw = str(question["raw"]).encode("latin-1")
            box.put(str(question["sender"]), recipients, raw, datetime.now(UTC), is_account=True)
            return {}
        case "count":
            return {"kept": len(box), "received": box.received_count}
        case "clear":
            box.clear()
            return {}
    return None


async def _serve(box: Box) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def keep(sender: str, recipients: tuple[str, ...], raw: bytes) -> None:
        box.put(sender, recipients, raw, datetime.now(UTC))

    address().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    address().unlink(missing_ok=True)
    smtp = await loop.create_server(lambda: Smtp(keep), "127.0.0.1", env().port + 2, backlog=256)
    looking = await asyncio.start_unix_server(_answering(box), str(address()), limit=MOST_LINE_BYTES)
    address().chmod(0o600)
    async with smtp, looking:
        beating = asyncio.create_task(heartbeats.beat_in_loop())
        await stop.wait()
        beating.cancel()
        # Connections that are open now are cut; their senders try again, as with any mail server.
        os._exit(0)


def _answering(box: Box) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]:
    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if line:
            writer.write(json.dumps(answer(box, json.loads(line))).encode() + b"\n")
            await writer.drain()
        writer.close()

    return converse


def _head(mail: Mail) -> dict[str, Any]:
    head, _, _ = mail.raw.partition(b"\r\n\r\n")
    return {
        "no": mail.no,
        "received_at": mail.received_at.isoformat(),
        "sender": mail.sender,
        "recipients": list(mail.recipients),
        "bytes": len(mail.raw),
        "head": head.decode("latin-1"),
        "node_no": mail.node_no,
    }


def _head_of(raw: bytes) -> bytes:
    return b"\n" + raw.partition(b"\r\n\r\n")[0].lower()


def _node_no(raw: bytes) -> int | None:
    _, found, rest = _head_of(raw).partition(NODE_HEADER)
    value = rest.partition(b"\n")[0].strip()
    return int(value) if found and value.isdigit() and len(value) < 20 else None


def _is_inside(node_no: int, ranges: list[list[int]]) -> bool:
    return any(lo <= node_no < hi for lo, hi in ranges)
