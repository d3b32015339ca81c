"""The lake's copy of declared traits says what the books say, however odd it is."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from django.db import connection

from yingtai.collect.api import Declared, declare, make_source
from yingtai.customers.api import refresh_traits
from yingtai.customers.ingest.lock import sole_writer
from yingtai.customers.testing import drain, send
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import BRAND_SHIFT
from yingtai.lake.api import scoped
from yingtai.organization.testing import MONDAY

SAID = {
    "string": ["", "NA", "null", 'a "quoted"\r\n,word\\', "王\u2028", 7],
    "number": [0.5, -3, 10**400, True, "1"],
    "integer": [7, -8, 10**30, 2.9, 2**62],
    "boolean": [True, False, "true"],
}
KNOWN = {
    "string": [None, "NA", "null", 'a "quoted"\r\n,word\\', "王\u2028", "7"],
    "number": [0.5, -3.0, None, None, 1.0],
    "integer": [7, -8, None, None, 2**62],
    "boolean": [True, False, True],
}


@pytest.mark.parametrize("kind", SAID)
def test_odd_values_come_through_or_are_left_out(brand, acting, kind):
    declare(acting, brand.node_no, [Declared("trait", "", f"odd_{kind}", type=kind, label=Label.L2)])
    shop = make_source(acting, brand.node_no, name="shop")
    for number, value in enumerate(SAID[kind]):
        send(
            shop,
            [
                {
                    "type": "identify",
                    "userId": f"u{number}",
                    "messageId": f"m{number}",
                    "timestamp": f"2026-03-02T08:0{number}:00Z",
                    "traits": {f"odd_{kind}": value},
                }
            ],
        )
    drain(MONDAY)

    refresh_traits(acting, only=brand.node_no >> BRAND_SHIFT)

    rows = (
        scoped(acting.scope)
        .query(f"SELECT trait_odd_{kind} AS odd FROM traits ORDER BY first_seen_at")
        .to_pylist()
    )
    assert [row["odd"] for row in rows] == KNOWN[kind]


def test_a_copy_waits_for_whoever_writes_or_a_change_meanwhile_would_be_forgotten(brand, acting):
    shop = make_source(acting, brand.node_no, name="shop")
    send(shop, [{"type": "identify", "userId": "u1", "messageId": "m1"}])
    drain(MONDAY)

    def copied():
        try:
            return refresh_traits(acting, only=brand.node_no >> BRAND_SHIFT)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as beside:
        with sole_writer():
            copy = beside.submit(copied)
            assert wait([copy], timeout=0.5).not_done
        assert copy.result() == [brand.node_no >> BRAND_SHIFT]
