"""Forms of the administration: they read what was typed and say what cannot be; the services write."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from catalog.codes import cleaned, faults
from catalog.models import Variant


class VariantForm(forms.ModelForm):  # type: ignore[type-arg]
    """The same rules as the services and the imports, beside the field that they are about."""

    options = forms.CharField(
        label=_("options"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("One per line, as Size = M. New ones are made."),
    )

    class Meta:
        model = Variant
        fields: ClassVar = [
            "product",
            "sku",
            "gtin",
            "list_price",
            "unit",
            "is_stocked",
            "weight_grams",
            "length_mm",
            "width_mm",
            "height_mm",
            "hs_code",
            "origin_country",
            "state",
        ]

    def clean_options(self) -> dict[str, str]:
        pairs = [line.partition("=") for line in self.cleaned_data["options"].splitlines() if line.strip()]
        if any(not (name.strip() and separator and value.strip()) for name, separator, value in pairs):
            raise forms.ValidationError(_("Write each option on a line of its own, as Size = M."))
        return {name.strip(): value.strip() for name, _separator, value in pairs}

    def clean(self) -> dict[str, Any]:
        fields = cleaned(super().clean() or self.cleaned_data)
        for name, sentence in faults(fields).items():
            self.add_error(name, sentence)
        return fields
