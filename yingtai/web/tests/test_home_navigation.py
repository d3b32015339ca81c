"""Home leads to the day's work; what waits for approval stands below it."""

from yingtai.compliance.testing import signed_in


def test_home_is_home_and_approvals_stand_below_it(brand):
    text = signed_in(brand.code, "marketer").get("/", headers={"accept-language": "en"}).content.decode()
    navigation = text[text.index('id="navigation"') :]

    assert navigation.index('href="/"') < navigation.index('href="/organization/approvals/"')
