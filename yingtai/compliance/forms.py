from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yingtai.compliance.channels import CHANNELS
from yingtai.compliance.models import Basis
from yingtai.organization.api import UnitView

BASES: list[tuple[str, Any]] = [
    (Basis.CONSENT, _("The person's consent")),
    (Basis.CONTRACT, _("A contract with the person")),
    (Basis.LEGAL_DUTY, _("A legal duty")),
]


class BrandsForm(forms.Form):
    """For which brands; whoever works for one alone is not asked."""

    brands = forms.MultipleChoiceField(label=_("Brands"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, brands: Sequence[UnitView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offered = {str(brand.id): brand for brand in brands}
        self.fields["brands"].choices = [(id, one.title) for id, one in self._offered.items()]  # type: ignore[attr-defined]
        if len(self._offered) == 1:
            del self.fields["brands"]

    @property
    def chosen(self) -> list[UnitView]:
        """The brands that were chosen; the only one there is."""
        return [self._offered[id] for id in self.cleaned_data.get("brands", self._offered)]


class PurposeForm(BrandsForm):
    """What a new purpose needs."""

    code = forms.RegexField(
        r"^[a-z]+(\.[a-z_]+)+$",
        max_length=60,
        label=_("Code"),
        help_text=_("Two or more words with dots, such as marketing.email. It never changes."),
    )
    title = forms.CharField(max_length=120, label=_("Title in English"))
    title_zh = forms.CharField(max_length=120, label=_("Title in Chinese"), required=False)
    channels = forms.MultipleChoiceField(
        choices=CHANNELS, label=_("Channels"), widget=forms.CheckboxSelectMultiple
    )
    basis = forms.ChoiceField(choices=BASES, label=_("Legal basis"))
    retention_days = forms.IntegerField(
        min_value=1,
        max_value=3650,
        initial=730,
        label=_("Declared retention, days"),
        help_text=_("What you declare in your records and notices. Yingtai does not delete data by it."),
    )


class NoticeForm(forms.Form):
    """The next wording of a notice, in one or two languages."""

    title = forms.CharField(max_length=200, label=_("Title in English"), required=False)
    text = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6}), label=_("Text in English"), required=False
    )
    title_zh = forms.CharField(max_length=200, label=_("Title in Chinese"), required=False)
    text_zh = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6}), label=_("Text in Chinese"), required=False
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.texts():
            raise forms.ValidationError(_("Give title and text in at least one language."))
        return given

    def texts(self) -> list[tuple[str, str, str]]:
        """Return (language, title, text) of the languages that are complete."""
        given = self.cleaned_data
        wordings = [
            ("en", given.get("title"), given.get("text")),
            ("zh-hans", given.get("title_zh"), given.get("text_zh")),
        ]
        return [(language, title, text) for language, title, text in wordings if title and text]
