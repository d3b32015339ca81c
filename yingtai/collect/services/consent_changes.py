from yingtai.collect.recorded import RecordedFact
from yingtai.collect.services.recording import record
from yingtai.compliance.events import read_changes
from yingtai.kernel.acting import Acting


def record_changes(acting: Acting, changes: str) -> None:
    """Record "Consent Updated" for each change that compliance told; a repeat is recognised by its id."""
    record(
        acting,
        [
            RecordedFact(
                event="Consent Updated",
                message_id=(
                    f"consent-{change.profile_no}-{change.purpose}-{change.channel}-{change.recipient}"
                    f"-{change.at.isoformat()}-{change.status}"
                ),
                node_no=change.node_no,
                occurred_at=change.at,
                profile_no=change.profile_no,
                channel=change.channel,
                properties={"purpose": change.purpose, "status": change.status, "source": change.source},
            )
            for change in read_changes(changes)
        ],
    )
