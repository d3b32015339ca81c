"""A newcomer finds a result, a campaign that waits for its time, and one to go on with."""

from datetime import timedelta

import pytest

from yingtai.audiences.api import create_audience
from yingtai.audiences.testing import write_people
from yingtai.campaigns.api import list_campaigns
from yingtai.campaigns.testing import EVERYONE, make_people
from yingtai.compliance.testing import grant_email, make_purposes
from yingtai.content.api import list_templates
from yingtai.sample.campaigning import GOAL_DAYS, OVER, prepare_campaigns
from yingtai.sample.group import BRANDS
from yingtai.sample.work import BUYERS, LAPSED, LOOKED

pytestmark = pytest.mark.usefixtures("lake")


def test_a_brand_has_one_campaign_that_is_over_one_to_come_and_one_begun(acting, brand):
    people = make_people(acting, brand.node_no, [f"guest{number}@example.com" for number in range(3)])
    make_purposes(acting, brand.node_no)
    grant_email(acting, brand.node_no, people)
    write_people(brand.node_no, dict.fromkeys(people, brand.node_no), at=acting.at)
    audience_id = create_audience(acting, node_no=brand.node_no, name="Everyone", definition=EVERYONE)
    audiences = {names["zh"]: audience_id for names in (LOOKED, LAPSED, BUYERS)}

    for _twice in range(2):
        prepare_campaigns(acting, brand.node_no, BRANDS[0], audiences)

    rows = list_campaigns(acting, sort="made").rows
    assert [(row.name, row.state) for row in rows] == [
        ("老客户回馈", "sending"),
        ("沉睡客户唤醒", "scheduled"),
        ("看车客户邀约", "draft"),
    ]
    over, to_come, _begun = rows
    assert over.decided_at == acting.at - OVER
    assert over.counts_until < acting.at - timedelta(days=30 - GOAL_DAYS - 1)
    assert to_come.scheduled_at > acting.at
    assert sorted(row.name for row in list_templates(acting).rows) == sorted(
        ["欢迎新客户", "感谢下单（服务）", "老客户专享优惠"]
    )
