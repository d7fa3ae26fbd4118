"""What staff type beside a button on an order's page in the administration."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget


class LineProductForm(forms.Form):
    position = forms.IntegerField(label=_("line, counted from the top"), min_value=1, max_value=9999, widget=UnfoldAdminIntegerFieldWidget)
    sku = forms.CharField(label=_("SKU"), max_length=120, widget=UnfoldAdminTextInputWidget)
