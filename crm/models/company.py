"""Who we are: one row, printed on every paper."""

from typing import ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from simple_history.models import HistoricalRecords


class FiscalRegime(models.TextChoices):
    """RegimeFiscale of FatturaPA 1.2.3, the ones a merchant meets."""

    ORDINARY = "RF01", _("RF01 Ordinary")
    MINIMUM = "RF02", _("RF02 Minimum taxpayers")
    CASH_VAT = "RF17", _("RF17 VAT on cash, article 32-bis DL 83/2012")
    FLAT = "RF19", _("RF19 Flat rate (forfettario)")
    OTHER = "RF18", _("RF18 Other")


def check_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("There is no time zone with this name. Write one as Europe/Rome."))


COLOUR = r"^#[0-9a-fA-F]{6}$"
BLACK = "#000000"


class Company(models.Model):
    """Kept to one row by its primary key, which can only be 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name"), max_length=150)
    street = models.CharField(_("street and number"), max_length=150)
    postcode = models.CharField(_("postcode"), max_length=20)
    city = models.CharField(_("city"), max_length=100)
    province = models.CharField(_("province"), max_length=50, blank=True)
    country = CountryField(_("country"), default="IT")
    partita_iva = models.CharField("partita IVA", max_length=20, blank=True)
    codice_fiscale = models.CharField("codice fiscale", max_length=16, blank=True)
    fiscal_regime = models.CharField(_("fiscal regime"), max_length=4, choices=FiscalRegime.choices, default=FiscalRegime.ORDINARY)
    pec = models.EmailField("PEC", blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    logo = models.FileField(_("logo"), upload_to="company", blank=True)
    colour = models.CharField(
        _("colour"),
        max_length=7,
        default=BLACK,
        validators=[RegexValidator(COLOUR, _("A colour is # and six characters from 0-9 and A-F. Write it as #17663A."))],
        help_text=_("The lines and the name on printed papers."),
    )
    time_zone = models.CharField(_("time zone"), max_length=50, default="Europe/Rome", validators=[check_time_zone])
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    language = models.CharField(_("language"), max_length=5, default="it")

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("company")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(id=1),
                name="crm_company_is_one",
                violation_error_message=_("One installation serves one company. Change the existing one."),
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="crm_company_currency_shape",
                violation_error_message=_("A currency is three capital letters. Write it as EUR."),
            ),
            models.CheckConstraint(
                condition=Q(colour__regex=COLOUR),
                name="crm_company_colour_shape",
                violation_error_message=_("A colour is # and six characters from 0-9 and A-F. Write it as #17663A."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
