"""Forms of the administration: they read what was typed and refuse what cannot be; the services write."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget, UnfoldAdminURLInputWidget

from channels.models import Account
from channels.registry import connectors


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """`keys` never shows what is stored; left empty, the stored ones stay."""

    connector = forms.ChoiceField(label=_("platform"), widget=UnfoldAdminSelectWidget)
    base_url = forms.URLField(label=_("address of the shop"), max_length=300, assume_scheme="https", widget=UnfoldAdminURLInputWidget)
    keys = forms.CharField(
        label=_("keys"),
        required=False,
        widget=UnfoldAdminTextareaWidget,
        help_text=_("One per line, as name = value. WooCommerce: consumer_key and consumer_secret. Leave empty to keep the stored ones."),
    )

    class Meta:
        model = Account
        fields: ClassVar = [
            "code",
            "name",
            "connector",
            "base_url",
            "settings",
            "status_table",
            "stop_percent",
            "stop_least",
            "notify_customer",
            "start_at",
            "body_months",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "connector" in self.fields:
            self.fields["connector"].choices = [(code, code.capitalize()) for code in connectors.codes()]  # type: ignore[attr-defined]

    def clean_keys(self) -> dict[str, str]:
        pairs = [line.partition("=") for line in self.cleaned_data["keys"].splitlines() if line.strip()]
        if any(not separator or not name.strip() or not value.strip() for name, separator, value in pairs):
            raise forms.ValidationError(_("Write each key on a line of its own, as name = value."))
        if not pairs and self.instance.pk is None:
            raise forms.ValidationError(_("A new account needs its keys. Make them in the shop and write them here."))
        return {name.strip(): value.strip() for name, _separator, value in pairs}


class BindForm(forms.Form):
    sku = forms.CharField(label=_("SKU of the product"), max_length=64, widget=UnfoldAdminTextInputWidget)


class SuggestionForm(forms.Form):
    """`offered`: the products that a listing may mean, by key and name."""

    variant_id = forms.TypedChoiceField(label=_("suggested product"), coerce=int, widget=UnfoldAdminSelectWidget)

    @property
    def is_empty(self) -> bool:
        """Nothing to choose from: the button is not shown."""
        return not self.fields["variant_id"].choices  # type: ignore[attr-defined]

    def offer(self, offered: list[tuple[int, str]]) -> None:
        self.fields["variant_id"].choices = offered  # type: ignore[attr-defined]


class OrderNumberForm(forms.Form):
    external_id = forms.CharField(label=_("id of the order in the shop"), max_length=120, widget=UnfoldAdminTextInputWidget)
