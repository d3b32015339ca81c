"""Nobody reaches customers' data alone: invitations, roles and keys that lead there take two, and all is recorded."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError
from django.test import Client

from yingtai.kernel.env import env
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization import approving, deeds, inviting, queries, services
from yingtai.organization.errors import (
    ApprovalNotFound,
    InvitationNotValid,
    RolesDoNotMix,
    SecondPersonNeeded,
)
from yingtai.organization.models import Assignment, Deed, Role, Staff
from yingtai.organization.testing import PASSWORD, make_acting, make_staff


def acting_of(brand, *roles, staff=None):
    staff = staff or make_staff(brand.code, *roles)
    acting = make_acting(brand.node_no, roles=roles)
    return type(acting)(f"staff:{staff.id}", acting.scope, acting.purpose, acting.at, frozenset(roles))


def browser_of(staff):
    browser = Client()
    browser.force_login(staff, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


@pytest.fixture(autouse=True)
def _post(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()


def waiting_for(acting):
    return approving.list_waiting(acting).rows


def link_in(message):
    return re.search(r"/join/\S+", message.body).group()


def test_whoever_is_invited_chooses_the_password_alone_and_once(brand):
    boss, email = make_staff(brand.code, "administrator"), f"{brand.code}@staff.example.com"
    form = {"email": email, "name": "Nora", "unit_code": brand.code, "role": "analyst"}

    answer = browser_of(boss).post("/organization/staff/", form, follow=True)

    [message] = mail.outbox
    link = link_in(message)
    assert message.to == [email]
    assert link not in answer.content.decode()
    assert "Nora" in answer.content.decode()
    page = Client().get(link)
    assert (page.status_code, email in page.content.decode()) == (200, True)
    assert Client().post(link, {"password": "short", "again": "short"}).status_code == 422
    assert Client().post(link, {"password": PASSWORD, "again": "other " + PASSWORD}).status_code == 422
    assert Client().post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    nora = Staff.objects.get(email=email)
    assert nora.check_password(PASSWORD)
    assert [place.roles for place in queries.workplaces_of(nora)] == [{"analyst"}]
    assert Client().get(link).status_code == 404
    assert Client().post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 404


def test_an_invitation_ends_when_it_is_withdrawn_or_old_or_made_again(brand):
    boss = acting_of(brand, "administrator")
    form = {"name": "Nora", "unit_code": brand.code, "role": "analyst"}
    links = []
    for email in ("a", "b", "b"):
        services.invite_colleague(boss, email=f"{email}-{brand.code}@staff.example.com", **form)
        links.append(link_in(mail.outbox[-1]).removeprefix("/join/"))
    b, a = sorted(inviting.list_invitations(boss.scope, boss.at), key=lambda one: one.email, reverse=True)
    inviting.withdraw_invitation(boss, a.id)

    for link in links[:2]:
        with pytest.raises(InvitationNotValid):
            inviting.find_invitation(link, boss.at)
    assert inviting.find_invitation(links[2], boss.at).id == b.id
    with pytest.raises(InvitationNotValid):
        inviting.find_invitation(links[2], boss.at + timedelta(days=4))
    for wrong in ("", "x" * 5000, "../../etc"):
        with pytest.raises(InvitationNotValid):
            inviting.find_invitation(wrong, boss.at)


def test_an_invitation_to_customers_data_waits_for_somebody_else(brand):
    boss, other, officer = (
        acting_of(brand, role) for role in ("administrator", "administrator", "compliance_officer")
    )
    email = f"{brand.code}-c@staff.example.com"
    asked = {"email": email, "name": "C", "unit_code": brand.code, "role": "compliance_officer"}

    assert services.invite_colleague(boss, **asked) is True
    assert services.invite_colleague(boss, **asked) is True
    assert mail.outbox == []
    [waiting] = waiting_for(other)
    with pytest.raises(SecondPersonNeeded):
        approving.decide_approval(boss, waiting.id, is_approved=True)
    with pytest.raises(SecondPersonNeeded):
        approving.decide_approval(acting_of(brand, "marketer"), waiting.id, is_approved=True)
    approving.decide_approval(officer, waiting.id, is_approved=True)

    assert [message.to for message in mail.outbox] == [[email]]
    with pytest.raises(ApprovalNotFound):
        approving.decide_approval(other, waiting.id, is_approved=True)


def test_a_role_with_data_is_given_by_two_and_never_by_who_gains(brand):
    boss, other = acting_of(brand, "administrator"), acting_of(brand, "administrator")
    marketer = make_staff(brand.code, "analyst")
    gains = acting_of(brand, "administrator", staff=marketer)

    assert services.give_role(boss, staff_id=marketer.id, unit_code=brand.code, role="marketer") is True
    assert not Assignment.objects.filter(staff=marketer, role="marketer").exists()
    [waiting] = waiting_for(other)
    with pytest.raises(SecondPersonNeeded):
        approving.decide_approval(gains, waiting.id, is_approved=True)
    approving.decide_approval(other, waiting.id, is_approved=True)

    assert Assignment.objects.filter(staff=marketer, role="marketer").exists()


def test_whatever_waits_is_found_page_by_page(brand, neighbour):
    boss, other = acting_of(brand, "administrator"), acting_of(brand, "administrator")
    officer = acting_of(brand, "compliance_officer")
    with acting_transaction(boss):
        for number in range(120):
            asked = {"unit_code": brand.code, "name": f"Key {number}", "roles": ["integrator"]}
            approving.ask(boss, "key.issue", node_no=brand.node_no, about=f"Key {number:03}", asked=asked)
    services.issue_key(officer, unit_code=brand.code, name="The last", roles=["integrator"])

    pages = [approving.list_waiting(other)]
    while pages[-1].next_cursor:
        pages.append(approving.list_waiting(other, after=pages[-1].next_cursor))
    own = waiting_for(officer.at_time(boss.at))

    assert [len(page.rows) for page in pages] == [50, 50, 21]
    assert [one.about for page in pages for one in page.rows] == [
        *[f"Key {number:03}" for number in range(120)],
        "The last",
    ]
    assert len(own) == 50


def test_declined_is_declined(brand):
    boss, other = acting_of(brand, "administrator"), acting_of(brand, "administrator")
    somebody = make_staff(brand.code, "analyst")
    services.give_role(boss, staff_id=somebody.id, unit_code=brand.code, role="dealer")
    [waiting] = waiting_for(other)

    approving.decide_approval(other, waiting.id, is_approved=False)

    assert not Assignment.objects.filter(staff=somebody, role="dealer").exists()
    assert waiting_for(other) == []


def test_whoever_administers_accounts_gets_no_customers_data_and_the_other_way_round(brand):
    boss = acting_of(brand, "administrator")
    admin, marketer = make_staff(brand.code, "administrator"), make_staff(brand.code, "marketer")

    for staff, role in ((admin, "marketer"), (admin, "compliance_officer"), (marketer, "administrator")):
        with pytest.raises(RolesDoNotMix):
            services.give_role(boss, staff_id=staff.id, unit_code=brand.code, role=role)
    assert services.give_role(boss, staff_id=admin.id, unit_code=brand.code, role="operator") is False


def test_a_key_with_data_is_made_after_somebody_else_approved_it(brand):
    boss, other = acting_of(brand, "administrator"), acting_of(brand, "administrator")

    assert services.issue_key(boss, unit_code=brand.code, name="Shop", roles=["integrator"]) is None
    assert services.issue_key(boss, unit_code=brand.code, name="BI", roles=["analyst"]).startswith("ytk_")
    [waiting] = waiting_for(other)
    with pytest.raises(ApprovalNotFound):
        services.collect_key(boss, waiting.id)
    approving.decide_approval(other, waiting.id, is_approved=True)
    with pytest.raises(ApprovalNotFound):
        services.collect_key(other, waiting.id)
    key = services.collect_key(boss, waiting.id)

    assert queries.find_key(key)[2] == {"integrator"}
    with pytest.raises(ApprovalNotFound):
        services.collect_key(boss, waiting.id)


def test_a_neighbour_decides_nothing(brand, neighbour):
    boss, stranger = acting_of(brand, "administrator"), acting_of(neighbour, "administrator")
    services.issue_key(boss, unit_code=brand.code, name="Shop", roles=["integrator"])
    [waiting] = waiting_for(boss)

    assert waiting_for(stranger) == []
    with pytest.raises(ApprovalNotFound):
        approving.decide_approval(stranger, waiting.id, is_approved=True)


def test_an_old_wish_is_decided_no_more(brand):
    boss, other = acting_of(brand, "administrator"), acting_of(brand, "administrator")
    services.issue_key(boss, unit_code=brand.code, name="Shop", roles=["integrator"])
    [waiting] = waiting_for(other)

    with pytest.raises(ApprovalNotFound):
        approving.decide_approval(other.at_time(other.at + timedelta(days=8)), waiting.id, is_approved=True)


def test_who_is_alone_does_it_at_once_and_the_record_says_so(brand, monkeypatch):
    monkeypatch.setitem(env().__dict__, "alone", True)
    boss, somebody = acting_of(brand, "administrator"), make_staff(brand.code, "analyst")

    assert services.give_role(boss, staff_id=somebody.id, unit_code=brand.code, role="dealer") is False

    assert Assignment.objects.filter(staff=somebody, role="dealer").exists()
    assert [row.details.get("alone") for row in deeds.list_deeds(boss, what="approval.approved").rows] == [
        True
    ]


def test_every_change_of_rights_is_in_the_record_with_who_and_when(brand):
    boss, somebody = acting_of(brand, "administrator"), make_staff(brand.code, "analyst")
    services.give_role(boss, staff_id=somebody.id, unit_code=brand.code, role="executive")
    services.take_role(boss, Assignment.objects.get(staff=somebody, role="executive").pk)
    key = services.issue_key(boss, unit_code=brand.code, name="BI", roles=["analyst"])
    services.revoke_key(boss, queries.find_key(key)[0])
    services.grow_tree(boss, parent_code=brand.code, code=f"{brand.code}-n", name="New")

    rows = deeds.list_deeds(boss).rows

    assert [row.what for row in rows] == [
        "unit.added",
        "key.revoked",
        "key.issued",
        "role.taken",
        "role.given",
    ]
    assert {(row.by, row.at) for row in rows} == {(boss.actor, boss.at)}
    assert [row.about for row in rows][-1] == somebody.email
    assert deeds.list_deeds(boss, what="role.given").rows[0].details == {
        "role": "executive",
        "unit": brand.code,
    }


def test_nobody_changes_or_removes_a_line_of_the_record(brand):
    boss = acting_of(brand, "administrator")
    services.issue_key(boss, unit_code=brand.code, name="BI", roles=["analyst"])

    for change in (lambda: Deed.objects.update(by="x"), lambda: Deed.objects.all().delete()):
        with pytest.raises(DatabaseError), acting_transaction(boss):
            change()


def test_the_record_is_read_by_auditors_and_not_by_marketers(brand, neighbour):
    boss = acting_of(brand, "administrator")
    services.issue_key(boss, unit_code=brand.code, name="Marked key", roles=["analyst"])

    for role in ("auditor", "compliance_officer", "administrator"):
        assert (
            "Marked key"
            in browser_of(make_staff(brand.code, role)).get("/organization/record/").content.decode()
        )
    for role in ("marketer", "analyst", "brand_manager", "dealer", "operator", "integrator"):
        assert browser_of(make_staff(brand.code, role)).get("/organization/record/").status_code == 403
    stranger = browser_of(make_staff(neighbour.code, "auditor")).get("/organization/record/").content.decode()
    assert "Marked key" not in stranger


def test_approving_is_done_on_a_page_and_home_leads_there(brand):
    boss, other = acting_of(brand, "administrator"), make_staff(brand.code, "administrator")
    boss = boss.at_time(datetime.now(UTC))
    services.issue_key(boss, unit_code=brand.code, name="Shop", roles=["integrator"])
    [waiting] = waiting_for(boss)
    browser = browser_of(other)

    assert "1 request waits for your approval" in browser.get("/").content.decode()
    assert "Shop" in browser.get("/organization/approvals/").content.decode()
    assert browser.post(f"/organization/approvals/{waiting.id}", {"decision": "approve"}).status_code == 302
    assert "Nothing waits" in browser.get("/organization/approvals/").content.decode()


def test_which_roles_lead_to_customers():
    leads = {role for role in Role.values if services.leads_to_customers(role)}

    assert leads == {
        "marketer",
        "brand_manager",
        "dealer",
        "service_agent",
        "compliance_officer",
        "integrator",
    }


@pytest.mark.parametrize("role", ["administrator", "compliance_officer"])
def test_whoever_decides_about_rights_is_made_by_two(brand, role):
    boss, other = acting_of(brand, "administrator"), acting_of(brand, "administrator")
    sock = make_staff(brand.code, "analyst")

    answer = browser_of(Staff.objects.get(id=boss.actor.removeprefix("staff:"))).post(
        f"/organization/staff/{sock.id}/role", {"unit_code": brand.code, "role": role}
    )

    assert answer.status_code == 302
    assert not Assignment.objects.filter(staff=sock, role=role).exists()
    email = f"{role}-{brand.code}@staff.example.com"
    assert services.invite_colleague(boss, email=email, name="S", unit_code=brand.code, role=role) is True
    assert services.issue_key(boss, unit_code=brand.code, name="S", roles=["analyst", role]) is None
    assert (mail.outbox, len(waiting_for(other))) == ([], 3)


def joined(boss, other, brand, role):
    """Invite somebody, with a second person's yes, and let them join; return their acting."""
    email = f"{role}-{boss.actor[-6:]}-{brand.code}@staff.example.com"
    if services.invite_colleague(boss, email=email, name="N", unit_code=brand.code, role=role):
        [waiting] = waiting_for(other)
        approving.decide_approval(other, waiting.id, is_approved=True)
    token = link_in(mail.outbox[-1]).removeprefix("/join/")
    return acting_of(brand, role, staff=inviting.join(boss, token, password=PASSWORD))


def test_nobody_approves_for_who_made_them_nor_for_whom_they_made_at_any_distance(brand):
    boss, other = acting_of(brand, "administrator"), acting_of(brand, "administrator")
    child = joined(boss, other, brand, "administrator")
    grandchild = joined(child, other, brand, "administrator")
    wish = {"unit_code": brand.code, "name": "Shop", "roles": ["integrator"]}

    for asks, decides in ((boss, child), (boss, grandchild), (child, boss), (grandchild, boss)):
        services.issue_key(asks, **wish)
        [waiting] = [one for one in waiting_for(asks) if one.asked_by == asks.actor]
        assert [one.may_decide for one in waiting_for(decides) if one.id == waiting.id] == []
        with pytest.raises(SecondPersonNeeded):
            approving.decide_approval(decides, waiting.id, is_approved=True)
        approving.decide_approval(other, waiting.id, is_approved=True)


def test_a_role_given_later_ties_two_as_an_invitation_does(brand):
    boss, other = acting_of(brand, "administrator"), acting_of(brand, "administrator")
    somebody = make_staff(brand.code, "analyst")
    services.give_role(boss, staff_id=somebody.id, unit_code=brand.code, role="administrator")
    [waiting] = waiting_for(other)
    approving.decide_approval(other, waiting.id, is_approved=True)
    services.issue_key(boss, unit_code=brand.code, name="Shop", roles=["integrator"])
    [waiting] = waiting_for(boss)

    with pytest.raises(SecondPersonNeeded):
        approving.decide_approval(
            acting_of(brand, "administrator", staff=somebody), waiting.id, is_approved=True
        )


def test_who_began_alone_works_with_whom_they_invited_then(brand, monkeypatch):
    boss = acting_of(brand, "administrator")
    monkeypatch.setitem(env().__dict__, "alone", True)
    second = joined(boss, None, brand, "administrator")
    monkeypatch.setitem(env().__dict__, "alone", False)
    services.issue_key(boss, unit_code=brand.code, name="Shop", roles=["integrator"])
    [waiting] = waiting_for(second)

    approving.decide_approval(second, waiting.id, is_approved=True)

    assert services.collect_key(boss, waiting.id).startswith("ytk_")


@pytest.mark.parametrize(("days", "is_two"), [(6, False), (8, True)])
def test_two_who_came_by_one_invitation_each_of_the_same_maker_are_two_after_a_week(brand, days, is_two):
    boss, other = acting_of(brand, "administrator"), acting_of(brand, "administrator")
    asks, decides = (joined(boss, other, brand, role) for role in ("administrator", "compliance_officer"))
    later = datetime.now(UTC) + timedelta(days=days)
    asks, decides, other = (replace(one, at=later) for one in (asks, decides, other))
    services.issue_key(asks, unit_code=brand.code, name="Shop", roles=["integrator"])

    assert [one.may_decide for one in waiting_for(decides)] == ([True] if is_two else [])
    [waiting] = waiting_for(other)
    if is_two:
        approving.decide_approval(decides, waiting.id, is_approved=True)
    else:
        with pytest.raises(SecondPersonNeeded):
            approving.decide_approval(decides, waiting.id, is_approved=True)
        approving.decide_approval(other, waiting.id, is_approved=True)


def test_what_was_approved_leads_on_to_what_it_permits(brand):
    boss = replace(acting_of(brand, "administrator"), at=datetime.now(UTC))
    other = make_staff(brand.code, "administrator")
    asker = browser_of(Staff.objects.get(id=boss.actor.removeprefix("staff:")))
    asked = {"unit_code": brand.code, "roles": ["marketer"], "made_by": boss.actor}
    waiting = approving.ask(boss, "key.issue", node_no=brand.node_no, about="Till", asked=asked)
    page, button = f"/organization/approvals/{waiting}", 'href="/organization/keys/"'

    def is_led_on(browser):
        text = browser.get(page).content.decode()
        return button in text[text.index("<main") :]

    assert not is_led_on(asker)
    browser_of(other).post(page, {"decision": "approve"})

    assert is_led_on(asker)
    assert not is_led_on(browser_of(other))
    approving.use(boss, "key.issue", waiting)
    assert not is_led_on(asker)
