from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yingtai.kernel.money import CURRENCIES
from yingtai.organization.models import Role
from yingtai.organization.queries import TreeRow, UnitView
from yingtai.ui.time_zones import zone_choices

CODE = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class UnitForm(forms.Form):
    """What a new unit needs; what it is follows from what it stands below."""

    parent_code = forms.ChoiceField(label=_("Below"))
    code = forms.RegexField(
        CODE, max_length=40, label=_("Code"), help_text=_("Small letters, digits and hyphens.")
    )
    name = forms.CharField(max_length=120, label=_("Name"))
    name_zh = forms.CharField(max_length=120, label=_("Name in Chinese"), required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("For a brand: its days and its mornings are those of this place."),
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), required=False, help_text=_("For a brand, such as GBP.")
    )

    def __init__(self, *args: Any, parents: Sequence[UnitView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent_code"].choices = [(unit.code, unit.title) for unit in parents]  # type: ignore[attr-defined]
        zones = self.fields["time_zone"]
        zones.choices = [("", "–"), *zone_choices([unit.time_zone for unit in parents])]  # type: ignore[attr-defined]
        zones.widget.attrs["data-picker"] = _("Time zones")

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"])
        if code and code not in CURRENCIES:
            raise forms.ValidationError(
                _("No currency has this code. Write it as in ISO 4217, such as CNY or GBP.")
            )
        return code


class ColleagueForm(forms.Form):
    """Whom to invite, and with which role where."""

    email = forms.EmailField(label=_("E-mail"))
    name = forms.CharField(max_length=120, label=pgettext_lazy("person", "Name"))
    unit_code = forms.ChoiceField(label=_("Works in"))
    role = forms.ChoiceField(choices=Role.choices, label=_("Role"))

    def __init__(self, *args: Any, places: Sequence[TreeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_code"].choices = _choices(places)  # type: ignore[attr-defined]


class JoinForm(forms.Form):
    """The password that whoever was invited chooses."""

    password = forms.CharField(
        max_length=200, label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters; a sentence is easy to remember."),
    )  # fmt: skip
    again = forms.CharField(
        max_length=200,
        label=_("Password, again"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two passwords differ."))
        return again


class RoleForm(forms.Form):
    """A further role for a colleague, and where."""

    unit_code = forms.ChoiceField(label=_("Works in"))
    role = forms.ChoiceField(choices=Role.choices, label=_("Role"))

    def __init__(self, *args: Any, places: Sequence[TreeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_code"].choices = _choices(places)  # type: ignore[attr-defined]


class KeyForm(forms.Form):
    """What a program's key may do, and where."""

    name = forms.CharField(max_length=120, label=_("Name"), help_text=_("The program that will use it."))
    unit_code = forms.ChoiceField(label=_("Works in"))
    roles = forms.MultipleChoiceField(
        choices=Role.choices, label=_("Roles"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, places: Sequence[TreeRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit_code"].choices = _choices(places)  # type: ignore[attr-defined]


def _choices(places: Sequence[TreeRow]) -> list[tuple[str, Any]]:
    # Nothing is chosen beforehand: the first unit is the widest one.
    return [("", _("Choose…"))] + [(row.unit.code, "\u2003" * row.depth + row.unit.title) for row in places]
