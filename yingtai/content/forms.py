from django import forms
from django.utils.translation import gettext_lazy as _

from yingtai.content import limits


class DraftForm(forms.Form):
    """What is being typed in the editor; what Liquid says of it is checked elsewhere."""

    name = forms.CharField(
        max_length=120, label=_("Name"), help_text=_("For colleagues; customers do not see it.")
    )
    subject = forms.CharField(max_length=limits.SUBJECT_LENGTH, label=_("Subject"), strip=False)
    html = forms.CharField(
        max_length=limits.HTML_LENGTH,
        label=_("HTML"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "false", "class": "font-monospace"}),
    )
