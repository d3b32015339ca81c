"""What collect does when others below it say something."""

from yingtai.collect.jobs import record_consent_changes
from yingtai.compliance.events import ConsentsRecorded
from yingtai.kernel.acting import Acting
from yingtai.kernel.events import handles


@handles(ConsentsRecorded)
def consent_changes_join_the_stream(acting: Acting, fact: ConsentsRecorded) -> None:
    record_consent_changes.enqueue(acting, changes=fact.changes)
