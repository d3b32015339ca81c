"""What a template may hold, by examples to copy, in the language of the reader. They are code: no translations."""

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

LINKS = "{{ unsubscribe_url }} {{ preferences_url }} {{ view_url }}"
NAMES = "{{ brand.name }} {{ campaign.name }}"
IN_ENGLISH = {
    "first": '{{ person.first_name | default: "there" }}',
    "whole": '{{ person.name | default: "customer" }}',
    "some": '{% if person.city == "Shanghai" %}…{% endif %}',
    "filters": '{{ person.birthday | date: "%d.%m." }} {{ 129900 | money: "CNY" }} {{ brand.name | upcase }}',
}
IN_CHINESE = {
    "first": '{{ person.first_name | default: "您" }}',
    "whole": '{{ person.name | default: "尊敬的客户" }}',
    "some": '{% if person.city == "上海" %}…{% endif %}',
    "filters": '{{ person.birthday | date: "%Y年%m月%d日" }} {{ 129900 | money: "CNY" }} {{ brand.name | upcase }}',
}


def examples() -> list[tuple[str, object]]:
    """Return pairs of code and what it is."""
    code = IN_CHINESE if (get_language() or "").startswith("zh") else IN_ENGLISH
    return [
        (code["whole"], _("the whole name, with a fallback")),
        (
            code["first"],
            _("the first name, which files with only a whole name do not bring: it is empty there"),
        ),
        (LINKS, _("the person's own links")),
        (NAMES, _("who writes, and why")),
        (code["some"], _("something for some people only")),
        (code["filters"], _("filters")),
    ]
