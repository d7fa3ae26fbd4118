"""A party is a person or company we deal with; evidence says how we know that it is the same one."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from simple_history.models import HistoricalRecords


class Party(models.Model):
    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(_("name"), max_length=200)
    sort_name = models.CharField(max_length=200, editable=False, db_index=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    is_customer = models.BooleanField(_("customer"), default=False)
    is_supplier = models.BooleanField(_("supplier"), default=False)
    language = models.CharField(_("language"), max_length=5, blank=True)
    codice_fiscale = models.CharField("codice fiscale", max_length=16, blank=True)
    partita_iva = models.CharField("partita IVA", max_length=20, blank=True)
    vat_country = CountryField(_("country of the VAT number"), blank=True)
    recipient_code = models.CharField(_("recipient code (SDI)"), max_length=7, blank=True)
    pec = models.EmailField("PEC", blank=True)
    note = models.TextField(_("note"), blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged", verbose_name=_("merged into")
    )
    created_at = models.DateTimeField(_("created"), editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(name=""), name="crm_party_has_name", violation_error_message=_("A party needs a name. Type one.")
            ),
            models.CheckConstraint(condition=~Q(merged_into=models.F("id")), name="crm_party_not_merged_into_itself"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["codice_fiscale"], name="crm_party_codice_fiscale", condition=~Q(codice_fiscale="")),
            models.Index(fields=["partita_iva"], name="crm_party_partita_iva", condition=~Q(partita_iva="")),
            GinIndex(fields=["sort_name", "codice_fiscale", "partita_iva"], opclasses=["gin_trgm_ops"] * 3, name="crm_party_similar"),
        ]

    def __str__(self) -> str:
        return self.name


class Address(models.Model):
    """Where a party receives. Never changed in place by an import: another spelling is another row, papers keep their own copy."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="addresses", verbose_name=_("party"))
    label = models.CharField(_("label"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    company = models.CharField(_("company"), max_length=200, blank=True)
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    street2 = models.CharField(_("second line"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    province = models.CharField(_("province"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    digest = models.CharField(max_length=32, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "digest"],
                name="crm_address_once",
                violation_error_message=_("This party has this address already. Change that one."),
            )
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, f"{self.postcode} {self.city}".strip(), str(self.country)) if part)


class ContactPoint(models.Model):
    """An e-mail address or a phone number. `value` is the normal form, `raw` what somebody typed."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="contact_points", verbose_name=_("party"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=254)
    raw = models.CharField(_("as typed"), max_length=254, blank=True, editable=False)
    is_relay = models.BooleanField(_("forwarded by a marketplace"), default=False, editable=False)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["party", "kind", "value"],
                name="crm_contact_point_once",
                violation_error_message=_("This party has this contact already."),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "value"], name="crm_contact_point_value"),
            GinIndex(fields=["value"], opclasses=["gin_trgm_ops"], name="crm_contact_point_similar"),
        ]

    def __str__(self) -> str:
        return self.value


class ChannelIdentity(models.Model):
    """One customer number in one shop; it belongs to one party."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="identities", verbose_name=_("party"))
    source = models.CharField(_("shop"), max_length=60)
    external_id = models.CharField(_("customer number there"), max_length=190)

    class Meta:
        verbose_name = _("channel identity")
        verbose_name_plural = _("channel identities")
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "external_id"], name="crm_channel_identity_unique")]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class Evidence(models.Model):
    """What proves who somebody is: one row per (kind, value), so that two workers cannot make one customer twice."""

    class Kind(models.TextChoices):
        VAT = "vat", "partita IVA"
        CODICE_FISCALE = "cf", "codice fiscale"
        EMAIL = "email", _("e-mail")
        PHONE_ADDRESS = "phone_address", _("phone and address")

    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=254)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("party"))

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="crm_evidence_unique"),
            models.CheckConstraint(condition=~Q(value=""), name="crm_evidence_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
