"""Every change of consent joins the event stream, with numbers and words only."""

import json

from yingtai.compliance.events import ConsentsRecorded, read_changes


def test_a_fact_carries_its_changes_as_text(acting, brand):
    row = [7, brand.node_no, "marketing.email", "email", "", "granted", acting.at.isoformat(), "form"]

    fact = ConsentsRecorded(node_no=brand.node_no, occurred_at=acting.at, changes=json.dumps([row]))

    [change] = fact.each()
    assert (change.profile_no, change.status, change.at, change.source) == (7, "granted", acting.at, "form")
    assert read_changes("[]") == []
