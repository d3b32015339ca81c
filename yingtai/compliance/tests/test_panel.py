"""What the page of a person says of their consent."""

from django.utils import translation

from yingtai.compliance import panels
from yingtai.compliance.evidence_words import evidence_in_words
from yingtai.compliance.queries import ConsentView
from yingtai.organization.testing import MONDAY


def test_a_channel_is_called_by_its_name_in_the_readers_language(acting, monkeypatch):
    said = ConsentView("marketing.sms", "短信营销", "sms", "", "granted", 1, MONDAY, "shop", {}, "staff:test")
    monkeypatch.setattr(panels, "consents_of", lambda acting, profile_no: [said])

    with translation.override("zh-hans"):
        [(_consent, channel, _source, _evidence)] = panels.consents(acting, 1).context["consents"]
        assert str(channel) == "短信"


def test_evidence_is_told_in_the_readers_language(acting, monkeypatch):
    evidence = {"import": "01a22c65", "method": "file", "form": "Tea day", "profiles": [3, 5]}
    said = ConsentView("p", "Mail", "email", "", "granted", 1, MONDAY, "import", evidence, "staff:test")
    monkeypatch.setattr(panels, "consents_of", lambda acting, profile_no: [said])

    told = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            [(_consent, _channel, source, parts)] = panels.consents(acting, 1).context["consents"]
            told[language] = (source, parts)

    assert told == {
        "en": ("Import of a file", [
            ("Number of the import", "01a22c65"), ("How it came", "in a file"), ("Form", "Tea day"),
            ("Numbers of merged profiles", "3, 5"),
        ]),
        "zh-hans": ("文件导入", [
            ("导入编号", "01a22c65"), ("取得方式", "随文件"), ("表单", "Tea day"), ("合并的客户档案编号", "3、5"),
        ]),
    }  # fmt: skip


def test_numbers_of_our_rows_are_not_told_to_readers():
    evidence = {"method": "double opt-in", "message": 1, "campaign": 2, "send": 3}

    with translation.override("en"):
        assert evidence_in_words(evidence) == [
            ("How it came", "by the button behind the link in a mail to confirm")
        ]
        assert evidence_in_words({"message": "SM-77"}) == [("Number of the message", "SM-77")]
