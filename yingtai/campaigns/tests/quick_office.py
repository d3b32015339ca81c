"""A mail server that takes pipelined commands and thousands of mails a second, in a thread of the test."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from yingtai.campaigns.smtp import Server

MESSAGE_ID = re.compile(rb"\r\nMessage-ID: (\S+)\r\n")
ANSWERS = {
    b"EHLO": b"250-here\r\n250 PIPELINING\r\n",
    b"MAIL": b"250 ok\r\n",
    b"RCPT": b"250 ok\r\n",
    b"DATA": b"354 go on\r\n",
    b"RSET": b"250 ok\r\n",
    b"QUIT": b"221 bye\r\n",
}


@dataclass
class QuickOffice:
    """What came in: recipients in order, and a file of the Message-IDs that were taken."""

    log: Path
    recipients: list[str] = field(default_factory=list)
    server: Server = field(default_factory=lambda: Server("127.0.0.1", 0))

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        recipient = ""
        with self.log.open("ab", buffering=0) as log:
            while line := await reader.readline():
                word = line[:4].upper()
                if word == b"RCPT":
                    recipient = line.split(b"<")[1].split(b">")[0].decode()
                writer.write(ANSWERS.get(word, b"500 what\r\n"))
                if word == b"DATA":
                    mail = await self._mail(reader)
                    if mail is None:
                        break
                    log.write(MESSAGE_ID.search(mail)[1] + b"\n")  # type: ignore[index] - ours always have one
                    self.recipients.append(recipient)
                    writer.write(b"250 taken\r\n")
        writer.close()

    async def _mail(self, reader: asyncio.StreamReader) -> bytes | None:
        """Return the mail, or None when the sender was gone before its end: then it is not taken."""
        try:
            return await reader.readuntil(b"\r\n.\r\n")
        except asyncio.IncompleteReadError:
            return None


@contextmanager
def open_quick_office(log: Path) -> Iterator[QuickOffice]:
    log.touch()
    office = QuickOffice(log)
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(office.converse, "127.0.0.1", 0, limit=2**20))
    office.server = Server("127.0.0.1", listening.sockets[0].getsockname()[1])
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield office
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        listening.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
