"""Chinese has no space beside Chinese, whatever fills a blank."""

import pytest

from yingtai.kernel.spacing import closed_up


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("有人在 {name} 填写", "灵辉", "有人在灵辉填写"),
        ("有人在 {name} 填写", "Aurora", "有人在 Aurora 填写"),
        ("{name} 打开了邮件", "1 人", "1 人打开了邮件"),
        ("{name} 打开了邮件", "12%", "12% 打开了邮件"),
        (
            "计划于 {name} 发送",
            "2026-11-21 14:05\uff08上海时间\uff09",
            "计划于 2026-11-21 14:05\uff08上海时间\uff09发送",
        ),
        ("名为 {name} 的人群", "新品 上市", "名为新品 上市的人群"),
        ("given at {name}, to get", "灵辉", "given at 灵辉, to get"),
    ],
)
def test_spaces_stand_only_between_chinese_and_what_is_not(text, value, said):
    assert closed_up(text, {"name": value}).format(name=value) == said
    assert closed_up(text.replace("{name}", "%(name)s"), {"name": value}).replace("%(name)s", value) == said
