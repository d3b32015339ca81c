from django import forms
from django.utils.translation import gettext_lazy as _

from yingtai.compliance.api import looks_personal


class ReasonForm(forms.Form):
    """Why somebody is to be erased, for the colleague who decides."""

    reason = forms.CharField(
        max_length=300,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your colleague reads it: who asked for it, and when. No names, addresses or numbers."),
    )

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"])
        if looks_personal(reason):
            raise forms.ValidationError(_("Leave out addresses and phone numbers: the reason is kept."))
        return reason
