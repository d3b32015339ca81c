"""Files to take along are called in the reader's language, by the day where the reader is."""

from datetime import UTC, date, datetime

from django.http import HttpResponse
from django.utils import timezone

from yingtai.ui.downloads import call_download


def called(*parts):
    response = HttpResponse()
    call_download(response, "csv", *parts)
    return response["Content-Disposition"]


def test_a_day_is_that_of_the_readers_zone():
    late = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)

    with timezone.override("Asia/Shanghai"):
        assert called("Lines", late) == 'attachment; filename="lines-2026-12-01.csv"'
    with timezone.override("UTC"):
        assert called("Lines", late) == 'attachment; filename="lines-2026-11-30.csv"'


def test_names_in_chinese_stay_and_nothing_breaks_out_of_the_header():
    assert called("会员 名单", "", date(2026, 3, 1)) == (
        "attachment; filename*=utf-8''%E4%BC%9A%E5%91%98-%E5%90%8D%E5%8D%95-2026-03-01.csv"
    )
    assert called('a"; x=../b\r\nSet-Cookie: y') == 'attachment; filename="a-xb-set-cookie-y.csv"'
