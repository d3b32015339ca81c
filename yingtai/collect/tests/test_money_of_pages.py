"""What pages say of money can be told apart, and stands out when it is more than ever: everybody can read their key."""

from datetime import UTC, datetime, timedelta

import pytest

from yingtai.collect.api import make_source
from yingtai.compliance.testing import signed_in
from yingtai.kernel.caches import near
from yingtai.lake.api import append
from yingtai.lake.testing import events_of

CALM = [(days, 10_000) for days in range(1, 20)]
FLOOD = [(1, 100_000_000_000)] * 3


@pytest.fixture
def page_of(acting, brand, lake):
    def page_of(kind, said, role="marketer"):
        now = datetime.now(UTC)
        source = make_source(acting, brand.node_no, name=f"Shop {kind}", kind=kind)
        rows = [
            {
                "event": "Order Completed", "amount_minor": amount, "currency": "CNY", "source_no": source.source_no,
                "occurred_at": now - timedelta(days=days), "received_at": now - timedelta(days=days),
            }
            for days, amount in said
        ]  # fmt: skip
        append("events", events_of(rows, node_no=brand.node_no))
        near.clear()
        return signed_in(brand.code, role).get(f"/data/sources/{source.id}/").content.decode()

    return page_of


def test_orders_of_a_page_are_shown_with_their_money(page_of):
    page = page_of("sdk", CALM)

    assert "Orders reported by web pages, last 7 days" in page
    assert "6 orders" in page
    assert "¥600.00" in page
    assert "than in the 30 days before together" not in page


@pytest.mark.parametrize("role", ["marketer", "integrator"])
def test_a_day_with_more_than_thirty_days_together_stands_out(page_of, role):
    assert "than in the 30 days before together" in page_of("sdk", CALM + FLOOD, role)


@pytest.mark.parametrize(("kind", "said"), [("server", CALM + FLOOD), ("sdk", CALM[:4] + FLOOD)])
def test_what_a_server_proves_and_a_source_that_has_hardly_begun_do_not(page_of, kind, said):
    assert "than in the 30 days before together" not in page_of(kind, said)
