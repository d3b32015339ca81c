"""How many different questions about numbers of people somebody may ask who reads them only roughly.

Every wording of a question moves its answer by another amount (`kernel.protecting`), so the average of very many comes
close to the truth. What bounds that is how many are answered.
"""

import json
from hashlib import blake2s
from typing import Any

from yingtai.kernel.acting import Acting
from yingtai.kernel.counters import count_up
from yingtai.kernel.protecting import is_protected
from yingtai.kernel.scope import brand_of
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.deeds import record_deed
from yingtai.organization.errors import TooManyQuestions

HOUR, DAY = 3_600, 86_400
OF_A_PERSON = {HOUR: 300, DAY: 1_000}
OF_A_PROGRAM = {HOUR: 120, DAY: 500}
"""How many different questions are answered in an hour and in a day; a dashboard asks some twenty.

Those of all keys of a brand count together, at whatever place of it, and so do those of keys above brands: an
administrator makes any number of keys, and more of them are answered no more.
"""


def count_question(acting: Acting, question: Any) -> None:
    """Count a question about numbers of people, before it is answered; the same one again on the same day is free.

    In:     question  as JSON can write it, as it goes into `protecting`
    Raises: TooManyQuestions
    Cost:   one row; three for a new question; none for whoever may see people
    """
    if not is_protected(acting):
        return
    asked = blake2s(json.dumps(question, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()
    # What is refused is taken back, so that it is not known the next time.
    with acting_transaction(acting):
        if count_up(f"question-{asked}-of-{acting.actor}", seconds=DAY) == 1:
            _count_new(acting)


def _count_new(acting: Acting) -> None:
    is_staff = acting.actor.startswith("staff:")
    who = acting.actor if is_staff else f"keys-of-{brand_of(acting.scope.hull.lo)}"
    for seconds, most in (OF_A_PERSON if is_staff else OF_A_PROGRAM).items():
        count = count_up(f"questions-in-{seconds}-of-{who}", seconds=seconds)
        if count > most:
            raise TooManyQuestions(most=most, hours=seconds // HOUR)
        if count == most:
            # Written with a question that is still answered; what is refused leaves nothing behind.
            _record_once_a_day(acting, most, seconds)


def _record_once_a_day(acting: Acting, most: int, seconds: int) -> None:
    if count_up(f"questions-noted-of-{acting.actor}", seconds=DAY) == 1:
        record_deed(
            acting,
            "people.counted-often",
            node_no=acting.scope.hull.lo,
            questions=most,
            hours=seconds // HOUR,
        )
