"""Words of the pages for accounts that libraries bring: named here, so that our catalogue says them as our pages do.

Our catalogue stands before theirs; nothing imports this file, `yingtai translate` reads it.
"""

from django.utils.translation import gettext_noop, ngettext_lazy

WORDS = (
    gettext_noop("Activate"),
    gettext_noop("Activate Authenticator App"),
    gettext_noop("Alternative options"),
    gettext_noop("An authenticator app is not active."),
    gettext_noop("Authentication using an authenticator app is active."),
    gettext_noop("Authenticator App"),
    gettext_noop("Authenticator App Activated"),
    gettext_noop("Authenticator App Deactivated"),
    gettext_noop("Authenticator app activated."),
    gettext_noop("Authenticator app deactivated."),
    gettext_noop("Authenticator secret"),
    gettext_noop("Confirm Access"),
    gettext_noop("Deactivate Authenticator App"),
    gettext_noop("Enter an authenticator code:"),
    gettext_noop("Enter your password:"),
    gettext_noop("New Password (again)"),
    gettext_noop("No recovery codes set up."),
    gettext_noop("Please reauthenticate to safeguard your account."),
    gettext_noop("Recovery Codes"),
    gettext_noop("Two-Factor Authentication"),
    gettext_noop("You are about to generate a new set of recovery codes for your account."),
    gettext_noop("Your password can’t be a commonly used password."),
    gettext_noop("Your password can’t be entirely numeric."),
    gettext_noop("Your password can’t be too similar to your other personal information."),
)
LONG_ENOUGH = ngettext_lazy(
    "Your password must contain at least %(min_length)d character.",
    "Your password must contain at least %(min_length)d characters.",
    "min_length",
)
