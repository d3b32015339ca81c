from django import forms
from django.utils.translation import gettext_lazy as _

from yingtai.compliance.api import looks_personal


class LettingGo(forms.Form):
    """Why facts are let go, and whether those that are like them go too."""

    reason = forms.CharField(
        max_length=200,
        label=_("Reason"),
        help_text=_("It stays in the audit log. No names, addresses or numbers of people."),
    )
    alike = forms.BooleanField(
        required=False, label=_("All others of the same name and the same trouble too")
    )

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"])
        if looks_personal(reason):
            raise forms.ValidationError(_("Leave out addresses and phone numbers: the reason is kept."))
        return reason
