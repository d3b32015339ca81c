from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yingtai.content import limits, looks, starting
from yingtai.content.models import Basis
from yingtai.organization.api import UnitView

STARTS = {
    starting.BLANK: _("Blank: a short mail to write over"),
    starting.WELCOME: _("Welcome to somebody new (marketing)"),
    starting.THANKS: _("Thanks for an order (service)"),
    starting.REACTIVATION: _("Offer to customers who have not ordered for a while (marketing)"),
}


class StartForm(forms.Form):
    """What a new template begins with; whoever says nothing gets a blank one in the brand's language."""

    needed_later = frozenset({"brand", "start", "language"})
    brand = forms.ChoiceField(label=_("Brand"), required=False)
    start = forms.ChoiceField(
        choices=list(STARTS.items()), label=_("Start from"), required=False, widget=forms.RadioSelect,
        initial=starting.BLANK,
    )  # fmt: skip
    language = forms.ChoiceField(
        choices=list(starting.LANGUAGES.items()), label=_("Language of the mail"), required=False
    )

    def __init__(self, *args: Any, brands: list[UnitView], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._brands = {str(brand.id): brand for brand in brands}
        brand, language = self.fields["brand"], self.fields["language"]
        brand.choices = [(number, one.title) for number, one in self._brands.items()]  # type: ignore[attr-defined]
        language.initial = starting.language_of(brands[0].country)
        if len(brands) == 1:
            del self.fields["brand"]

    @property
    def brand_chosen(self) -> UnitView:
        """The brand that was chosen, or the first one."""
        return self._brands.get(self.cleaned_data.get("brand") or "") or next(iter(self._brands.values()))

    @property
    def chosen(self) -> starting.Start:
        """The example that was chosen, in the language that was chosen or else the brand's."""
        language = self.cleaned_data["language"] or starting.language_of(self.brand_chosen.country)
        return starting.start_of(self.cleaned_data["start"] or starting.BLANK, language)


class DraftForm(forms.Form):
    """What is being typed in the editor; what Liquid says of it is checked elsewhere."""

    needed_later = frozenset({"basis"})
    name = forms.CharField(
        max_length=120, label=_("Name"), help_text=_("For colleagues; customers do not see it.")
    )
    basis = forms.ChoiceField(
        choices=Basis.choices, label=_("Kind of mail"), required=False,
        help_text=_("A service mail needs no consent to marketing, so it may not hold offers."),
    )  # fmt: skip
    subject = forms.CharField(max_length=limits.SUBJECT_LENGTH, label=_("Subject"), strip=False)
    html = forms.CharField(
        max_length=limits.HTML_LENGTH,
        label=_("HTML"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "false", "class": "font-monospace"}),
    )

    def clean_basis(self) -> str:
        """Whoever says nothing means marketing, which asks for consent."""
        return str(self.cleaned_data["basis"] or Basis.CONSENT)


class LookForm(forms.Form):
    """How a brand looks to its recipients."""

    color = forms.CharField(
        max_length=7, label=_("Color"), widget=forms.TextInput(attrs={"type": "color", "class": "form-control-color"}),
        help_text=_("Of the line above the page and of its button. Writing on it is black or white, as can be read."),
    )  # fmt: skip
    logo = forms.FileField(
        label=_("Logo"), required=False, widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG or WebP, at most 100 KB. It is shown up to 64 pixels high."),
    )  # fmt: skip
    without_logo = forms.BooleanField(label=_("Show the name instead of a logo"), required=False)

    @property
    def logo_given(self) -> bytes | None:
        """The file that was chosen, no bytes to take the logo away, nothing to keep it."""
        if self.cleaned_data["without_logo"]:
            return b""
        file = self.cleaned_data["logo"]
        return file.read(looks.MOST_LOGO_BYTES + 1) if file else None
