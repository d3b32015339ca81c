from yingtai.collect.recorded import RecordedFact
from yingtai.collect.services.recording import record
from yingtai.compliance.events import ConsentChange, read_changes
from yingtai.kernel.acting import Acting
from yingtai.lake.api import MACHINE

SAID_BEFORE = ("merge", "split")
"""Answers that one record takes over from another: the person said them once, and the stream has that."""
FROM_FILES = ("import",)


def record_changes(acting: Acting, changes: str) -> None:
    """Record "Consent Updated" for each answer somebody gave; a repeat is recognized by its id.

    An answer that a file brought is recorded as a machine's: nobody was seen by it.
    """
    record(acting, [_fact(change) for change in read_changes(changes) if change.source not in SAID_BEFORE])


def _fact(change: ConsentChange) -> RecordedFact:
    return RecordedFact(
        event="Consent Updated",
        message_id=(
            f"consent-{change.profile_no}-{change.purpose}-{change.channel}-{change.recipient}"
            f"-{change.at.isoformat()}-{change.status}"
        ),
        node_no=change.node_no,
        occurred_at=change.at,
        profile_no=change.profile_no,
        channel=change.channel,
        device_class=MACHINE if change.source in FROM_FILES else None,
        properties={"purpose": change.purpose, "status": change.status, "source": change.source},
    )
