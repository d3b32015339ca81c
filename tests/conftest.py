"""What doors and stories look at together."""

import pytest

from tests.doors.states import Stated, in_every_state


@pytest.fixture(scope="session")
def stated(books: None) -> Stated:
    """A brand in which everything is in every state; it is only looked at."""
    return in_every_state()
