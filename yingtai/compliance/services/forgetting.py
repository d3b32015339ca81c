"""When a person is erased, no answer of theirs holds any more. The log stays: it proves what was lawful."""

from collections.abc import Sequence

from yingtai.compliance.models import ConsentNow
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction


def forget_answers(acting: Acting, profile_nos: Sequence[int]) -> None:
    """Let no answer of these people hold any more. Repeating it changes nothing."""
    with acting_transaction(acting):
        ConsentNow.objects.filter(profile_no__in=profile_nos).delete()
