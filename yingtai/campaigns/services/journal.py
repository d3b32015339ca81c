"""What a sender is doing this very moment, outside the books: one short line before a mail is handed over, one
after. It costs a thousandth of a commit and outlives the sender, though not the machine.

So many mails are promised in one commit, and after a crash only the one whose end was on the wire is in doubt.
A journal is believed on the boot of the machine it was written on; after a power cut its last lines may be missing.
"""

import contextlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from yingtai.campaigns.smtp import Answer
from yingtai.kernel.env import env

BOOT = Path("/proc/sys/kernel/random/boot_id")
NAME = re.compile(r"(\d+)-(\d+)\.log")


@dataclass(frozen=True)
class Journal:
    """The open journal of a living sender."""

    descriptor: int

    def begin(self, send_no: int) -> None:
        """Say that the end of this mail goes out now; from here on the server may have it."""
        os.write(self.descriptor, b"%d\n" % send_no)

    def end(self, send_no: int, answer: Answer) -> None:
        """Keep what the server said to it."""
        line = json.dumps([send_no, answer.code, answer.text, answer.part], ensure_ascii=True)
        os.write(self.descriptor, line.encode() + b"\n")


@dataclass(frozen=True)
class Left:
    """What a dead sender left. `is_whole`: a mail that is not mentioned was not begun."""

    is_whole: bool = False
    begun: set[int] = field(default_factory=set)
    answers: dict[int, Answer] = field(default_factory=dict)


@contextlib.contextmanager
def open_journal(campaign_no: int, sender_no: int) -> Iterator[Journal]:
    """Keep a journal while a sender works; it is gone when everything in it stands in the books."""
    path = _path(campaign_no, sender_no)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, f"{_boot()}\n".encode())
        yield Journal(descriptor)
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def read_journal(campaign_no: int, sender_no: int) -> Left:
    """Return what a dead sender left; without a journal to believe, nothing."""
    try:
        lines = _path(campaign_no, sender_no).read_bytes().split(b"\n")
    except OSError:
        return Left()
    if not _boot() or lines[0].decode(errors="replace") != _boot():
        return Left()
    left = Left(is_whole=True)
    # The last piece is empty, or a line that was cut while it was written: what it is about stays in doubt.
    for line in lines[1:-1]:
        if line.startswith(b"["):
            send_no, code, text, part = json.loads(line)
            left.answers[send_no] = Answer(code, text, part)
        else:
            left.begun.add(int(line))
    return left


def forget_journal(campaign_no: int, sender_no: int) -> None:
    """Remove the journal of a dead sender when the books know all that it knew."""
    _path(campaign_no, sender_no).unlink(missing_ok=True)


def list_journals() -> list[tuple[int, int]]:
    """Return the journals of this machine, of living senders and dead: (campaign_no, sender_no)."""
    names = (NAME.fullmatch(path.name) for path in _folder().glob("*.log"))
    return sorted((int(name[1]), int(name[2])) for name in names if name)


def _folder() -> Path:
    return env().home / "sending"


def _path(campaign_no: int, sender_no: int) -> Path:
    return _folder() / f"{campaign_no}-{sender_no}.log"


def _boot() -> str:
    try:
        return BOOT.read_text().strip()
    except OSError:
        return ""
