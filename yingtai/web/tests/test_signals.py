"""A number that was never learned signals nobody, least of all the sender's own group."""

import os
import signal
import subprocess
import sys

import pytest

from yingtai.web.signals import signal_all_of, signal_group, signal_process

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.mark.parametrize("number", [0, 1, -1, -7])
def test_no_number_is_nobody(number, monkeypatch):
    for name in ("kill", "killpg"):
        monkeypatch.setattr(os, name, lambda *_: pytest.fail("a signal was sent"))

    assert not signal_group(number, signal.SIGKILL)
    assert not signal_process(number, signal.SIGKILL)
    assert not signal_all_of(number, signal.SIGKILL)


def test_our_own_group_and_process_are_left_alone():
    assert not signal_group(os.getpgrp(), signal.SIGCONT)
    assert not signal_process(os.getpid(), signal.SIGCONT)


@pytest.mark.parametrize("leads", [True, False])
def test_who_leads_no_group_is_signaled_alone(leads):
    child = subprocess.Popen(SLEEP, start_new_session=leads)

    assert signal_group(child.pid, 0) is leads
    assert signal_all_of(child.pid, signal.SIGKILL)
    assert child.wait(5) == -signal.SIGKILL
    assert not signal_all_of(child.pid, signal.SIGKILL)
