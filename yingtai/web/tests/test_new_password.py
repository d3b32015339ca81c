"""A colleague whom no mail reaches gets back in by a link printed on the machine, once, and that is recorded."""

import pytest
from django.test import Client

from yingtai.kernel.errors import ProductError
from yingtai.organization.testing import deeds_of, make_acting, make_staff
from yingtai.web import new_password


def test_a_printed_link_sets_a_password_once_and_is_recorded(brand, capsys):
    ben = make_staff(brand.code, "analyst")
    assert new_password.main([ben.email.upper()]) == 0
    path = "/" + capsys.readouterr().out.strip().split("/", 3)[3]

    browser, chosen = Client(), "correct horse battery staple 7"
    form = browser.get(path, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": chosen, "password2": chosen})
    ben.refresh_from_db()

    assert ben.check_password(chosen)
    assert "password1" not in Client().get(path, follow=True).content.decode()
    [deed] = deeds_of(make_acting(brand.node_no), "sign-in.link-printed")
    assert (deed.about, deed.by) == (ben.email, "system:server")


def test_of_an_address_of_nobodys_no_link_is_printed(brand, capsys):
    with pytest.raises(ProductError, match="Nobody signs in with this address"):
        new_password.main(["nobody@example.com"])
    assert capsys.readouterr().out == ""
