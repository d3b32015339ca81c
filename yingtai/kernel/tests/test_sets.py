"""A set of people lives as long as its transaction; whoever marks first wins."""

import pytest
from django.db import ProgrammingError, connection, transaction

from yingtai.kernel.sets import new_set


def test_a_set_counts_who_is_in_and_why_others_are_out(books):
    with transaction.atomic():
        people = new_set()
        people.add((number, 0) for number in range(1, 6))
        people.analyze()
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {people.table} SET reason = 'no_consent' WHERE profile_no <= 2")

        assert people.count_by_reason() == {None: 3, "no_consent": 2}


def test_a_set_is_gone_after_its_transaction(books):
    with transaction.atomic():
        people = new_set()

    with pytest.raises(ProgrammingError, match="does not exist"), transaction.atomic():
        people.count_by_reason()
