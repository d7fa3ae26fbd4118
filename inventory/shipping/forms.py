"""What staff type in beside shipping's operations, and how carriers and rules are set up: shape only, the services check the rules."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from inventory.shipping.carriers.registry import carriers
from inventory.shipping.drafts import NewParcel
from inventory.shipping.services.choosing import PLACE

ADDRESS_HELP = _("{tracking} stands for the tracking number: https://example.com/follow?n={tracking}. Empty: the parcel has no page.")
SHOP_HELP = _("The code of the shop's account, as Channels shows it.")


class PackForm(forms.Form):
    """Parcels by their weights; none is one parcel that weighs what its pieces weigh."""

    weights = forms.RegexField(
        r"^\s*\d+(\s*[,;+ ]\s*\d+)*\s*$", label=_("weights in grams, one per parcel"), required=False, strip=True, max_length=200
    )

    def clean(self) -> dict[str, Any]:
        values = dict(super().clean() or self.cleaned_data)
        typed = values.pop("weights", "") or ""
        for sign in ",;+":
            typed = typed.replace(sign, " ")
        return {**values, "parcels": [NewParcel(int(weight)) for weight in typed.split()]}


def check_address(address: str) -> str:
    """A tracking page that browsers may open and that names the parcel."""
    if address and (not address.startswith(("https://", "http://")) or PLACE not in address):
        raise ValidationError(_("Write the whole address, beginning with https://, with {tracking} where the number stands."))
    return address


class CarrierForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        help_texts: ClassVar = {
            "code": _("A short name of your own, as gls. The keys to the carrier's service are kept under it, so it should not change."),
            "name": _("As staff and customers read it."),
            "settings": _(
                'What the connection needs. manual: {"own_numbers": ["pickup"]} names the services that need no number but ours; {} '
                "has every number typed in."
            ),
            "tracking_url": ADDRESS_HELP,
            "pickup_at": _(
                "When the van comes, in the company's time. Shipments leave by the next pickup after they open. Empty: any time."
            ),
            "is_active": _("Switched off, no rule chooses it and nobody can; labels that are there stay."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "backend" in self.fields:
            kept = [self.instance.backend] if self.instance.backend else []
            codes = dict.fromkeys(["", *carriers.codes(), *kept])
            self.fields["backend"] = forms.ChoiceField(
                choices=[(code, code or "---------") for code in codes],
                label=self.fields["backend"].label,
                help_text=_("How labels are made. manual: Regia calls nobody, staff type the numbers or bring them back in a CSV file."),
                widget=UnfoldAdminSelectWidget,
            )

    def clean_tracking_url(self) -> str:
        return check_address(self.cleaned_data["tracking_url"])

    def clean_settings(self) -> dict[str, Any]:
        settings = self.cleaned_data["settings"] or {}
        own = settings.get("own_numbers", []) if isinstance(settings, dict) else None
        if not isinstance(own, list) or not all(isinstance(each, str) for each in own):
            raise ValidationError(_('Settings are written as {"name": value}; own_numbers is a list of service codes.'))
        return dict(settings)


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        help_texts: ClassVar = {
            "code": _("As the carrier calls it: it is sent with every parcel."),
            "name": _("As staff read it."),
            "collects_cash": _("Only such a service is ever used for an order that is paid on delivery."),
            "needs_phone": _("An order without one waits under “Addresses”."),
            "takes_boxes": _("Couriers do not; a post office may. Otherwise an order to a P.O. box waits under “Addresses”."),
        }


class ShopNameForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        help_texts: ClassVar = {
            "source": SHOP_HELP,
            "name": _("What the shop's customers read, and how the shop knows the carrier."),
            "tracking_url": _("Only where the shop's customers get another page than the carrier's own."),
        }

    def clean_tracking_url(self) -> str:
        return check_address(self.cleaned_data["tracking_url"])


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        help_texts: ClassVar = {
            "priority": _("The lowest number that fits wins; among equal ones the more exact rule."),
            "source": _("The code of the shop's account, as Channels shows it. Empty: every shop."),
            "method": _("The words of the shop's own shipping method, capitals do not matter. Empty: every method."),
            "country": _("Two letters, as IT or DE. Empty: every country."),
            "payment": _("Empty: both. Cash is only ever collected by a service that does."),
            "service": _("Who carries what fits. Open shipments without a label follow when their label is asked for."),
        }

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).strip().upper()
        if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
            raise ValidationError(_("A country is two letters, as IT or DE."))
        return country

    def clean_source(self) -> str:
        return str(self.cleaned_data["source"]).strip()

    def clean_method(self) -> str:
        return str(self.cleaned_data["method"]).strip()
