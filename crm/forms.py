"""Forms of the administration: fiscal data is judged while it is typed, in words; the services write."""

from typing import Any, ClassVar

from django import forms

from crm.fiscal import REFUSAL, WARNING
from crm.models import Company, Party
from crm.services.parties import fiscal_findings


class FiscalForm(forms.ModelForm):  # type: ignore[type-arg]
    """What cannot be right is an error beside its field; what may be is kept in `warnings` and shown after saving."""

    warnings: list[str]

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or self.cleaned_data
        self.warnings = []
        for name, finding in fiscal_findings(self.told(fields)).items():
            if finding.level == REFUSAL:
                self.add_error(name, finding.message)
            elif finding.level == WARNING:
                self.warnings.append(finding.message)
        return fields

    def told(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: value or "" for name, value in fields.items()}


class PartyForm(FiscalForm):
    class Meta:
        model = Party
        fields: ClassVar = [
            "kind",
            "name",
            "first_name",
            "last_name",
            "is_customer",
            "is_supplier",
            "language",
            "codice_fiscale",
            "partita_iva",
            "vat_country",
            "recipient_code",
            "pec",
            "note",
        ]


class CompanyForm(FiscalForm):
    class Meta:
        model = Company
        fields: ClassVar = [
            "name",
            "street",
            "postcode",
            "city",
            "province",
            "country",
            "partita_iva",
            "codice_fiscale",
            "fiscal_regime",
            "pec",
            "email",
            "phone",
            "logo",
            "colour",
            "time_zone",
            "currency",
            "language",
        ]

    def told(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {**super().told(fields), "vat_country": fields.get("country") or ""}
