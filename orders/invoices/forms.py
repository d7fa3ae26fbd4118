"""What a colleague types beside an operation."""

from django import forms
from django.utils.translation import gettext_lazy as _


class RecipientForm(forms.Form):
    """Empty: the buyer's own address."""

    to = forms.EmailField(label=_("to another address"), required=False)
