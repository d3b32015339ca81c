"""Handing mails over: some at a time are promised in one commit, then given to the server one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep

from yingtai.campaigns.answers import Meaning, meaning_of
from yingtai.campaigns.errors import MailServerNotReached, MailServerSaysLater, SendingBlocked
from yingtai.campaigns.mail import Mail
from yingtai.campaigns.models import Campaign
from yingtai.campaigns.reasons import BOUNCED, STOPPED
from yingtai.campaigns.services import ledger
from yingtai.campaigns.services.journal import Journal
from yingtai.campaigns.services.ledger import PAUSE_WHEN_NOT_REACHED, Claimed, Clock, Desk, Outcome
from yingtai.campaigns.services.pausing import note_trouble, pause
from yingtai.campaigns.services.suppressing import suppress
from yingtai.campaigns.smtp import Answer, Connection, Interrupted, without_address
from yingtai.kernel.errors import ProductError

MOST_PROMISED = 100
QUICK_SECONDS, SLOW_SECONDS = 0.05, 0.2
"""A stop takes effect after the mails that are promised, so their number follows how long they take."""
LONGEST_PROMISE_SECONDS = 2.0
BLOCKS_IN_A_ROW = 5
"""After somebody chose to go on, single people who are blocked are passed by; so many on end pause again."""
SENT = Outcome("sent")
Pair = tuple[Claimed, Mail]


@dataclass
class Pace:
    """Keeps to so many mails a minute, evenly."""

    per_minute: int | None
    _due: float = 0.0

    def __post_init__(self) -> None:
        # The turn before may have sent one a moment ago.
        self._due = monotonic() + self.pause

    @property
    def pause(self) -> float:
        return 60 / self.per_minute if self.per_minute else 0.0

    def wait(self) -> None:
        sleep(max(0.0, self._due - monotonic()))
        self._due = max(self._due, monotonic()) + self.pause


@dataclass
class Hands:
    """One sender's conversation with one mail server, for one campaign."""

    campaign: Campaign
    desk: Desk
    connection: Connection
    journal: Journal
    clock: Clock
    pace: Pace
    blocks: int = 0
    trouble: ProductError | None = None
    is_paused: bool = False

    def hand_over(self, mails: Sequence[Pair], deadline: float) -> bool:
        """Hand mails over until they or the time are over; return whether to go on with another batch.

        What is promised and not tried is given back.
        """
        done: list[tuple[int, Outcome]] = []
        place, size = 0, 1
        while True:
            is_over = self.trouble is not None or monotonic() > deadline
            group = [] if is_over else mails[place : place + size]
            if group and self.pace.pause:
                self.desk.turn(done, [], at=self.clock())
                done = []
                self.pace.wait()
            may_go, state = self.desk.turn(done, [one.send_no for one, _ in group], at=self.clock())
            done = []
            self._tell()
            if state != Campaign.State.SENDING:
                self._give_back(may_go, state)
                return False
            if not group:
                return not is_over
            began = monotonic()
            done = self._some([pair for pair in group if pair[0].send_no in may_go])
            place += len(group)
            size = self._next_size(size, monotonic() - began)

    def _some(self, group: Sequence[Pair]) -> list[tuple[int, Outcome]]:
        """Try some promised mails; after trouble, or when the server has become slow, the others are owed as
        before, so that a stop never waits long."""
        done: list[tuple[int, Outcome]] = []
        began = monotonic()
        for one, mail in group:
            is_slow = bool(done) and monotonic() - began > LONGEST_PROMISE_SECONDS
            if self.trouble is not None or is_slow:
                done.append((one.send_no, Outcome("owed", is_tried=False)))
                continue
            done.append((one.send_no, self._one(one, mail)))
        return done

    def _one(self, one: Claimed, mail: Mail) -> Outcome:
        try:
            answer = self.connection.hand_over(mail, before_end=lambda: self.journal.begin(one.send_no))
        except MailServerNotReached as trouble:
            self.trouble = trouble
            return Outcome("owed", is_tried=False)
        except Interrupted as trouble:
            self.trouble = MailServerSaysLater(answer=without_address(trouble.said, mail.recipient) or "—")
            if trouble.is_ambiguous:
                return Outcome("unknown", answer="the connection broke before the server answered")
            due = self.clock() + PAUSE_WHEN_NOT_REACHED
            return Outcome("owed", answer=trouble.said or "the connection broke", due_at=due, is_tried=False)
        if not answer.is_taken:
            answer = Answer(answer.code, without_address(answer.text, mail.recipient), answer.part)
        self.journal.end(one.send_no, answer)
        return self._judged(one, answer)

    def _judged(self, one: Claimed, answer: Answer) -> Outcome:
        if answer.is_taken:
            self.blocks = 0
            return SENT
        meaning, at = meaning_of(answer.code, answer.text, answer.part), self.clock()
        said = f"{answer.code} {answer.text}"[:200]
        self.blocks = self.blocks + 1 if meaning is Meaning.BLOCKED else 0
        if meaning is Meaning.BLOCKED and self.blocks >= (BLOCKS_IN_A_ROW if self.campaign.resumed_at else 1):
            self.trouble, self.is_paused = SendingBlocked(answer=said), True
            return Outcome("owed", answer=said, is_tried=False)
        return judged(self.desk, one, meaning, said, self.campaign.channel, at=at)

    def _tell(self) -> None:
        """Say on the campaign what stands in the way, or that nothing does any more."""
        acting, number = self.desk.acting, self.desk.campaign_no
        if self.trouble is not None and self.is_paused:
            pause(acting, number, self.trouble)
        elif self.trouble is not None:
            note_trouble(acting, number, self.trouble)

    def _give_back(self, promised: set[int], state: str) -> None:
        is_paused = state == Campaign.State.PAUSED
        left = Outcome("owed", is_tried=False) if is_paused else Outcome("not_sent", STOPPED, is_tried=False)
        self.desk.turn([(number, left) for number in sorted(promised)], [], at=self.clock())

    def _next_size(self, size: int, seconds: float) -> int:
        if self.pace.pause or seconds > SLOW_SECONDS:
            return max(1, size // 2)
        return min(MOST_PROMISED, size * 2) if seconds < QUICK_SECONDS else size


def judged(desk: Desk, one: Claimed, meaning: Meaning, said: str, channel: str, *, at: datetime) -> Outcome:
    """Return what an answer means for a mail; an address without a mailbox is not written to again."""
    outcome = ledger.outcome_of(meaning, said, attempts=one.attempts, at=at)
    if outcome.reason == BOUNCED:
        suppress(desk.acting, one, channel=channel, answer=said, at=at)
    return outcome
