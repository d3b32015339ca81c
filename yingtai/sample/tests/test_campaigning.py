"""A newcomer finds a result, a campaign that waits for its time, and one to go on with."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from socket import socket

import pytest
from aiosmtpd.controller import Controller

from yingtai.audiences.api import create_audience
from yingtai.audiences.testing import write_people
from yingtai.campaigns.api import list_campaigns, list_sends
from yingtai.campaigns.testing import EVERYONE, make_people
from yingtai.compliance.testing import grant_email, make_purposes
from yingtai.content.api import list_templates
from yingtai.kernel.env import env
from yingtai.kernel.jobs import JOBS
from yingtai.sample.campaigning import GOAL_DAYS, prepare_campaigns
from yingtai.sample.group import BRANDS
from yingtai.sample.mailing import OVER
from yingtai.sample.work import BUYERS, LAPSED, LOOKED

pytestmark = pytest.mark.usefixtures("lake")
GUESTS = 40


@dataclass
class Office:
    """A mail server that takes everything."""

    recipients: list[str] = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd names its hooks so
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def office(monkeypatch):
    office = Office()
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    ours = replace(env(), smtp_url=f"smtp://127.0.0.1:{port}")
    monkeypatch.setattr("yingtai.campaigns.letterheads.env", lambda: ours)
    yield office
    controller.stop()


@pytest.fixture
def campaigns(acting, brand):
    """The three campaigns of a brand, prepared twice."""
    people = make_people(acting, brand.node_no, [f"guest{number}@example.com" for number in range(GUESTS)])
    make_purposes(acting, brand.node_no)
    grant_email(acting, brand.node_no, people)
    write_people(brand.node_no, dict.fromkeys(people, brand.node_no), at=acting.at)
    audience_id = create_audience(acting, node_no=brand.node_no, name="Everyone", definition=EVERYONE)
    audiences = {names["zh"]: audience_id for names in (LOOKED, LAPSED, BUYERS)}
    for _twice in range(2):
        prepare_campaigns(acting, brand.node_no, BRANDS[0], audiences)
    return list_campaigns(acting, sort="made").rows


def test_a_brand_has_one_campaign_to_finish_one_to_come_and_one_begun(acting, campaigns):
    assert [(row.name, row.state) for row in campaigns] == [
        ("老客户回馈", "draft"),
        ("沉睡客户唤醒", "scheduled"),
        ("看车客户邀约", "draft"),
    ]
    assert campaigns[1].scheduled_at > acting.at
    assert sorted(row.name for row in list_templates(acting).rows) == sorted(
        ["欢迎新客户", "感谢下单（服务）", "老客户专享优惠"]
    )


def test_the_first_is_sent_and_read_as_of_a_month_ago(acting, campaigns, office):
    for _twice in range(2):
        JOBS["sample.finish_campaign"](acting, campaign_no=campaigns[0].campaign_no)

    over = list_campaigns(acting, sort="made").rows[0]
    sends = list_sends(acting, over).rows
    sent = [send for send in sends if send.state == "sent"]
    opened = [send for send in sent if send.opened_at]
    assert (over.state, over.decided_at, len(sends)) == ("done", acting.at - OVER, GUESTS)
    assert over.counts_until < acting.at - timedelta(days=30 - GOAL_DAYS - 1)
    assert len(office.recipients) == len(sent) < GUESTS
    assert {send.sent_at.date() for send in sent} == {(acting.at - OVER).date()}
    assert 0 < len(opened) < len(sent)
    assert all(send.sent_at < send.opened_at < acting.at for send in opened)
