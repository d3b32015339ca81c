"""The ways to reach somebody, as people call them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CHANNELS = [
    ("email", pgettext_lazy("channel", "E-mail")),
    ("sms", _("Text message")),
    ("phone", _("Phone call")),
    ("wechat", _("WeChat")),
    ("post", _("Letter")),
    ("web", _("Website")),
    ("app", _("App")),
    ("in_car", _("In the car")),
]


def channel_title(code: str) -> str:
    """Return what a channel is called in the reader's language; an unknown one is called by its code."""
    return str(dict(CHANNELS).get(code, code))
