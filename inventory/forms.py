"""What staff type in beside the stock's operations: shape only, the services check the rules."""

import hashlib
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from inventory.models import Bin, Cause, Warehouse

REASONS = [(cause.value, cause.label) for cause in (Cause.ADJUSTMENT, Cause.DAMAGE, Cause.PICK_FINDING)]


class PressForm(forms.Form):
    """A button pressed twice is one movement: the page carries a word of its own, and with what was typed it names the movement."""

    press = forms.CharField(widget=forms.HiddenInput, initial=lambda: uuid4().hex, max_length=64, required=False)

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or self.cleaned_data)
        press = values.pop("press", "")
        typed = repr(sorted((name, str(value)) for name, value in values.items()))
        return {**values, "key": f"press:{hashlib.sha256(f'{press}{typed}'.encode()).hexdigest()}" if press else ""}


class BinForm(forms.Form):
    """`bin_id` instead of the row: services take plain values."""

    bin = forms.ModelChoiceField(Bin.objects.order_by("warehouse_id", "sort_key", "code"), label=_("bin"), required=False)

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or self.cleaned_data)
        chosen = values.pop("bin", None)
        return {**values, "bin_id": chosen.pk if chosen else None}


class ReceiveForm(BinForm, PressForm):
    quantity = forms.DecimalField(label=_("quantity"))
    reference = forms.CharField(label=_("document"), max_length=64, required=False)


class ReceiveIntoForm(PressForm):
    """The first goods of a product in a warehouse: there is no level to press on yet."""

    sku = forms.CharField(label="SKU", max_length=64)
    quantity = forms.DecimalField(label=_("quantity"))
    reference = forms.CharField(label=_("document"), max_length=64, required=False)


class AdjustForm(BinForm, PressForm):
    difference = forms.DecimalField(label=_("difference"), help_text=_("More with +, fewer with −."))
    cause = forms.ChoiceField(label=_("cause"), choices=REASONS)
    reason = forms.CharField(label=_("reason"), max_length=200)


class CountForm(BinForm):
    counted = forms.DecimalField(label=_("counted"))


class TransferForm(PressForm):
    to_warehouse_id = forms.ModelChoiceField(Warehouse.objects.order_by("priority", "code"), label=_("to the warehouse"))
    quantity = forms.DecimalField(label=_("quantity"))

    def clean_to_warehouse_id(self) -> int:
        chosen: Warehouse = self.cleaned_data["to_warehouse_id"]
        return chosen.pk


class SafetyForm(forms.Form):
    quantity = forms.DecimalField(label=_("safety stock"))


class ReverseForm(forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=200)
