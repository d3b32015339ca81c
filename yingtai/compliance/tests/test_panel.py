"""What the page of a person says of their consent."""

from django.utils import translation

from yingtai.compliance import panels
from yingtai.compliance.queries import ConsentView
from yingtai.organization.testing import MONDAY


def test_a_channel_is_called_by_its_name_in_the_readers_language(acting, monkeypatch):
    said = ConsentView("marketing.sms", "短信营销", "sms", "", "granted", 1, MONDAY, "shop", {}, "staff:test")
    monkeypatch.setattr(panels, "consents_of", lambda acting, profile_no: [said])

    with translation.override("zh-hans"):
        [(_consent, channel)] = panels.consents(acting, 1).context["consents"]
        assert str(channel) == "短信"
