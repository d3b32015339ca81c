from django import forms
from django.utils.translation import gettext_lazy as _

from yingtai.content import limits
from yingtai.content.models import Basis


class DraftForm(forms.Form):
    """What is being typed in the editor; what Liquid says of it is checked elsewhere."""

    name = forms.CharField(
        max_length=120, label=_("Name"), help_text=_("For colleagues; customers do not see it.")
    )
    basis = forms.ChoiceField(
        choices=Basis.choices, label=_("Kind of mail"), required=False,
        help_text=_("A service mail needs no consent to marketing, so it may not hold offers."),
    )  # fmt: skip
    setattr(basis, "is_needed_later", True)  # noqa: B010 - one of the two always holds
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
