"""A purpose that is archived is offered no more; what people answered stays, and it comes back as it was."""

import re

from yingtai.compliance import api, queries
from yingtai.compliance.testing import grant_email, make_purposes, new_profile_no, signed_in


def codes(acting, **which):
    return [one.code for one in queries.list_purposes(acting, **which)]


def test_a_purpose_is_archived_and_the_message_takes_it_back(acting, brand):
    make_purposes(acting, brand.node_no)
    grant_email(acting, brand.node_no, [new_profile_no()])
    officer, before = signed_in(brand.code, "compliance_officer"), codes(acting)
    mail = api.get_purpose(acting, code="marketing.email", node_no=brand.node_no)
    deed = {"do": "archive", "chosen": [mail.id], "query": "channel=email"}

    page = officer.post("/compliance/purposes/several", deed, follow=True)
    archived = codes(acting, is_archived=True)
    shown = officer.get("/compliance/?show=archived").content.decode()

    assert page.redirect_chain == [("/compliance/?channel=email", 302)]
    assert (archived, codes(acting)) == (["marketing.email"], before)
    assert (
        f'href="/compliance/purposes/{mail.id}/"'
        in re.search(r'<tbody id="rows">.*?</tbody>', shown, re.S)[0]
    )
    assert [
        one.granted for one in queries.count_consents(acting) if one.purpose.code == "marketing.email"
    ] == [1]
    undo = re.search(r'notice-undo" method="post" action="([^"]*)"', page.content.decode())[1]
    officer.post(undo, {"do": "restore", "chosen": [mail.id]})
    assert codes(acting, is_archived=False) == before
    assert signed_in(brand.code, "auditor").post("/compliance/purposes/several", deed).status_code == 403
