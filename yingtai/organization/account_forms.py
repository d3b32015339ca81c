"""The forms of the sign-in, in the product's own words."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yingtai.kernel.http import ActingRequest
from yingtai.organization.forgotten import ask_for_new_password


class SignInForm(LoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call_address(self)
        if "remember" in self.fields:
            self.fields["remember"].label = _("Stay signed in")


class ForgottenForm(ResetPasswordForm):  # type: ignore[misc]
    """Asks for a link without telling, by its words or by its time, whether there is such an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _call_address(self)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: ActingRequest, **_more: Any) -> str:
        email = self.clean_email()
        ask_for_new_password(request.acting, email, language=get_language() or "")
        return email


def _call_address(form: Any) -> None:
    for name in ("login", "email"):
        if name in form.fields:
            form.fields[name].label = _("E-mail")
            form.fields[name].widget.attrs["placeholder"] = ""
