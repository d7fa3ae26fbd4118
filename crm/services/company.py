"""Who we are: written once, changed by people."""

from typing import Any

from crm.fiscal import REFUSAL, check_codice_fiscale, check_partita_iva
from crm.models import Company
from erp.core.history import By
from erp.core.images import read_image
from erp.core.masterdata import save_master
from erp.core.refusals import Refused
from erp.core.transactions import atomic


@atomic
def set_company(*, by: By, **fields: Any) -> None:
    """Write the one row, made the first time. Raises Refused for tax ids that cannot be right: every paper would carry them."""
    company = Company.objects.select_for_update().filter(pk=1).order_by("pk").first() or Company(pk=1)
    if fields.get("logo"):
        read_image(fields["logo"])
    for field, value in fields.items():
        setattr(company, field, value)
    findings = {
        "partita_iva": check_partita_iva(company.partita_iva, str(company.country)),
        "codice_fiscale": check_codice_fiscale(company.codice_fiscale),
    }
    for field, finding in findings.items():
        if finding.level == REFUSAL:
            raise Refused(finding.message, code="fiscal")
        setattr(company, field, finding.value)
    save_master(company, by=by)
