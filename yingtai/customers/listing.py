"""The list of people: its columns. What is looked for is posted, so the address holds nobody's own."""

from django.utils.translation import gettext_lazy as _

from yingtai.ui.lists import Column, ListKind, list_kinds

PEOPLE = ListKind(
    name="people",
    url_name="customers:profile_list",
    columns=(
        Column(name="person", title=_("Person"), is_heading=True),
        Column(name="known_by", title=_("Known by")),
        Column(name="brand", title=_("Brand")),
        Column(name="place", title=_("Belongs to")),
        Column(name="did", title=_("Latest activity")),
        Column(name="latest", title=_("Last seen")),
        Column(name="orders", title=_("Orders made"), is_numeric=True),
        Column(name="spent", title=_("Spent"), is_numeric=True),
        Column(name="first", title=_("First seen"), is_extra=True),
    ),
    filters=("show",),
)
list_kinds.register(PEOPLE.name, PEOPLE)
