"""The sending side of SMTP: one connection used for many mails, commands pipelined where the server allows.

Source: RFC 5321; pipelining RFC 2920. Pure: no Django, no database.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import unquote, urlsplit

from yingtai.campaigns.answers import readable
from yingtai.campaigns.errors import MailServerNotReached, MailServerNotUnderstood
from yingtai.campaigns.mail import Mail

TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """Where mail is handed over."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    is_tls: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def read_server(url: str) -> Server:
    """Return the server that an address such as smtp://user:password@host:587 names.

    Raises: MailServerNotUnderstood
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise MailServerNotUnderstood from None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise MailServerNotUnderstood
    is_tls = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port or (465 if is_tls else 587 if user else 25), user, password, is_tls)


@dataclass(frozen=True)
class Answer:
    """What the server said to one mail. `part` names what it answered: sender, recipient or message."""

    code: int
    text: str
    part: str

    @property
    def is_taken(self) -> bool:
        return 200 <= self.code < 300

    @property
    def ends_conversation(self) -> bool:
        """The server says good bye, whatever it was asked (RFC 5321 §3.8)."""
        return self.code == 421


class Interrupted(Exception):
    """The conversation broke off. `is_ambiguous`: after the whole mail was sent and before the server answered.
    `said`: the server's last words, when it was the server that ended it."""

    def __init__(self, *, is_ambiguous: bool, said: str = "") -> None:
        super().__init__("the connection to the mail server broke")
        self.is_ambiguous, self.said = is_ambiguous, said


class Connection:
    """A conversation with the server, opened at the first mail and again after it broke."""

    def __init__(
        self, server: Server, *, local_name: str = "localhost", timeout: float = TIMEOUT_SECONDS
    ) -> None:
        self._server, self._local_name, self._timeout = server, local_name, timeout
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connect, say who we are, and sign in when there is a user.

        Raises: MailServerNotReached
        """
        if self._smtp is not None:
            return
        try:
            self._smtp = self._connect()
        except (OSError, smtplib.SMTPException) as trouble:
            raise MailServerNotReached(server=str(self._server), why=_why(trouble)) from trouble

    def hand_over(self, mail: Mail, *, before_end: Callable[[], None] = lambda: None) -> Answer:
        """Hand over one mail and return what the server said.

        In:     before_end  called when the next bytes make the mail theirs
        Raises: MailServerNotReached, Interrupted
        """
        self.open()
        smtp = self._smtp
        if smtp is None:
            raise Interrupted(is_ambiguous=False)
        is_ended = False
        try:
            answer = self._announce(smtp, mail)
            if answer is None:
                _socket_of(smtp).sendall(_wire_form(mail.message))
                # Up to here the server cannot have taken the mail; from here on it may have.
                before_end()
                is_ended = True
                _socket_of(smtp).sendall(b".\r\n")
                answer = _answer(smtp.getreply(), "message")
        except (OSError, smtplib.SMTPException) as trouble:
            self._drop()
            raise Interrupted(is_ambiguous=is_ended) from trouble
        if answer.ends_conversation:
            self._drop()
            raise Interrupted(is_ambiguous=False, said=f"{answer.code} {answer.text}")
        return answer

    def close(self) -> None:
        """Say good bye when there is a conversation."""
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()
            self._smtp = None

    def _connect(self) -> smtplib.SMTP:
        kind = smtplib.SMTP_SSL if self._server.is_tls else smtplib.SMTP
        smtp = kind(
            self._server.host, self._server.port, local_hostname=self._local_name, timeout=self._timeout
        )
        # The end of a mail is sent on its own; without this the kernel would hold it back for 40 ms.
        _socket_of(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo()
        if not self._server.is_tls and smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        if self._server.user:
            smtp.login(self._server.user, self._server.password)
        return smtp

    def _announce(self, smtp: smtplib.SMTP, mail: Mail) -> Answer | None:
        """Send MAIL, RCPT and DATA; return the refusal, or None when the server waits for the message."""
        # Both were made by `addresses.ascii_address`, so neither can end its command.
        commands = (f"MAIL FROM:<{mail.sender}>", f"RCPT TO:<{mail.recipient}>", "DATA")
        if not smtp.has_extn("pipelining"):
            for command, part in zip(commands, ("sender", "recipient", "message"), strict=True):
                answer = _answer(smtp.docmd(command), part)
                if answer.code >= 400:
                    return self._started_over(smtp, answer)
            return None
        _socket_of(smtp).sendall("".join(f"{command}\r\n" for command in commands).encode("ascii"))
        answers = self._replies(smtp, ("sender", "recipient", "message"))
        refused = next((answer for answer in answers if answer.code >= 400), None)
        if refused is None or len(answers) < 3:
            return refused
        data = answers[-1]
        if data.code == 354:  # RFC 2920: no recipient, and yet it waits for a message
            _socket_of(smtp).sendall(b".\r\n")
            self._replies(smtp, ("message",))
        return self._started_over(smtp, refused)

    def _replies(self, smtp: smtplib.SMTP, parts: Sequence[str]) -> list[Answer]:
        """Return what the server said to each command; fewer when it refused one and hung up."""
        answers: list[Answer] = []
        for part in parts:
            try:
                answers.append(_answer(smtp.getreply(), part))
            except (OSError, smtplib.SMTPException):
                if not any(answer.code >= 400 for answer in answers):
                    raise
                self._drop()
                break
        return answers

    def _started_over(self, smtp: smtplib.SMTP, answer: Answer) -> Answer:
        """Be ready for the next mail. A server that hangs up after it refused has refused all the same."""
        if not answer.ends_conversation:
            try:
                smtp.docmd("RSET")
            except (OSError, smtplib.SMTPException):
                self._drop()
        return answer

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


def without_address(text: str, recipient: str) -> str:
    """Return what a server said without naming the recipient: servers like to quote the address."""
    local_part = recipient.partition("@")[0]
    shown = re.sub(r"\S*@\S*", "…", text)
    return re.sub(re.escape(local_part), "…", shown, flags=re.IGNORECASE) if len(local_part) > 2 else shown


def _why(trouble: Exception) -> str:
    code = getattr(trouble, "smtp_code", None)
    return f"{type(trouble).__name__} {code}" if code else type(trouble).__name__


def _socket_of(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return smtp.sock


def _answer(reply: tuple[int, bytes], part: str) -> Answer:
    code, text = reply
    if code < 0:
        raise smtplib.SMTPServerDisconnected("the server said nothing")
    return Answer(code, readable(text), part)


def _wire_form(message: bytes) -> bytes:
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"
