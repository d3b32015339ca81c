"""A mail server in the test's own process: a real SMTP conversation, every mail kept, refusals as told."""

import asyncio
import email
import email.policy
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from yingtai.campaigns.smtp import Server


@dataclass
class PostOffice:
    """What came in. `refusals`: answers to RCPT by address; `later`: how often an address is put off;
    `farewells`: how often the server hangs up when it hears of an address."""

    mails: list[tuple[str, bytes]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    later: Counter[str] = field(default_factory=Counter)
    sessions: set[str] = field(default_factory=set)
    farewells: Counter[str] = field(default_factory=Counter)
    after_mail: Callable[[], None] | None = None
    server: Server = field(default_factory=lambda: Server("127.0.0.1", 0))

    async def handle_RCPT(  # noqa: N802 - aiosmtpd names its hooks so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        self.sessions.add(str(session.peer))
        if self.farewells[address]:
            self.farewells[address] -= 1
            server.transport.write(b"421 4.3.2 Service shutting down\r\n")
            server.transport.close()
            return "421"
        if self.later[address]:
            self.later[address] -= 1
            return "451 4.7.1 Come back later"
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails += [(address, bytes(envelope.content)) for address in envelope.rcpt_tos]
        if self.after_mail is not None:
            await asyncio.to_thread(self.after_mail)
        return "250 2.0.0 taken"

    @property
    def recipients(self) -> list[str]:
        return [address for address, _ in self.mails]

    def read(self, address: str) -> EmailMessage:
        """Return the one mail to an address, parsed."""
        [raw] = [raw for recipient, raw in self.mails if recipient == address]
        return email.message_from_bytes(raw, policy=email.policy.default)


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=_free_port(), decode_data=False)
    controller.start()
    office.server = Server("127.0.0.1", controller.server.sockets[0].getsockname()[1])
    try:
        yield office
    finally:
        controller.stop(no_assert=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
