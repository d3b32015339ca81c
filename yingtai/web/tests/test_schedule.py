"""What a worker looks after when it comes up."""

import pytest
from django.db import connection

from yingtai.web.schedule import AT_START, queue_at_start

WAITING = """
    SELECT count(*) FROM procrastinate_jobs
    WHERE task_name = %s AND queueing_lock = %s AND status = 'todo'
"""


def waiting(job):
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [job, f"{job}:schedule"])
        return cursor.fetchone()[0]


@pytest.mark.usefixtures("books")
def test_a_sender_that_comes_up_looks_for_what_another_left():
    for _ in range(2):
        queue_at_start("sending")
    queue_at_start("reports")

    queue_at_start("ingest")

    names = [name for names in AT_START.values() for name in names]
    assert names == ["campaigns.keep_going", "campaigns.confirm_addresses", "customers.finish_loads"]
    assert [waiting(name) for name in names] == [1, 1, 1]
