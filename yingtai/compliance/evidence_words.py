"""How evidence of a consent reads: what each part is called, and the product's own words for how an answer came."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

KEY_WORDS = {
    "form": pgettext_lazy("evidence", "Form"),
    "page": pgettext_lazy("evidence", "Page"),
    "method": pgettext_lazy("evidence", "How it came"),
    "wording": pgettext_lazy("evidence", "What was asked"),
    "language": pgettext_lazy("evidence", "Language"),
    "preference": pgettext_lazy("evidence", "Preference"),
    "import": pgettext_lazy("evidence", "Number of the import"),
    "line": pgettext_lazy("evidence", "Line of the file"),
    "request": pgettext_lazy("evidence", "Number of the request"),
    "message": pgettext_lazy("evidence", "Number of the message"),
    "campaign": pgettext_lazy("evidence", "Number of the campaign"),
    "send": pgettext_lazy("evidence", "Number of the mail"),
    "document": pgettext_lazy("evidence", "Document"),
    "device": pgettext_lazy("evidence", "Device"),
    "ticket": pgettext_lazy("evidence", "Service case"),
    "profiles": pgettext_lazy("evidence", "Numbers of merged profiles"),
    "consents": pgettext_lazy("evidence", "Numbers of merged answers"),
}
NUMBERS_OF_OURS = frozenset({"message", "campaign", "send"})
"""What only finds a row of ours again, when it is a number: beside how the answer came it tells a reader nothing."""
METHOD_WORDS = {
    "file": pgettext_lazy("evidence", "in a file"),
    "one-click": pgettext_lazy("evidence", "by the mail program’s button to unsubscribe"),
    "unsubscribe page": pgettext_lazy("evidence", "on the page to unsubscribe"),
    "double opt-in": pgettext_lazy("evidence", "by the button behind the link in a mail to confirm"),
    "preferences page": pgettext_lazy("evidence", "on the page of preferences"),
}
SOURCE_WORDS = {
    "import": pgettext_lazy("evidence", "Import of a file"),
    "unsubscribe": pgettext_lazy("evidence", "Link to unsubscribe"),
    "preferences": pgettext_lazy("evidence", "Page of preferences"),
    "double opt-in": pgettext_lazy("evidence", "Double opt-in"),
    "sign-up form": pgettext_lazy("evidence", "Sign-up form"),
    "merge": pgettext_lazy("evidence", "Merge of profiles"),
}


def evidence_in_words(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each part of evidence with its name; what others wrote, such as the name of a form, stays as it is."""
    return [
        (str(KEY_WORDS.get(key, key)), _value(key, value))
        for key, value in evidence.items()
        if not (key in NUMBERS_OF_OURS and isinstance(value, int))
    ]


def source_in_words(source: str) -> str:
    """Return where an answer came from; a source that is not the product's own keeps its name."""
    return str(SOURCE_WORDS.get(source, source))


def _value(key: str, value: Any) -> str:
    if isinstance(value, list | tuple):
        return _(", ").join(str(one) for one in value)
    return str(METHOD_WORDS.get(value, value) if key == "method" else value)
