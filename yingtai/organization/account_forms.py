"""The forms of the sign-in, in the product's own words."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call_address(self)
        if "remember" in self.fields:
            self.fields["remember"].label = _("Stay signed in")


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call_address(self)


def _call_address(form: Any) -> None:
    for name in ("login", "email"):
        if name in form.fields:
            form.fields[name].label = _("E-mail")
            form.fields[name].widget.attrs["placeholder"] = ""
