"""What a shop sells, and which variant of ours that is."""

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from channels.models.account import Account


class Binding(models.TextChoices):
    """How a listing came to its variant, or why it has none."""

    UNSEEN = "unseen", _("Not compared yet")
    EXACT = "exact", _("Bound by equal code")
    MANUAL = "manual", _("Bound by a person")
    MISSING = "missing", _("No product has this code")
    DOUBLE = "double", _("Blocked: the code is not unique")
    RELEASED = "released", _("Released by a person")
    IGNORED = "ignored", _("Not ours")


class Listing(models.Model):
    """One sellable item of one account, known by the shop's own id.

    `seen_quantity` is the shop's number when last read, None where it keeps none. `can_split` False says, in `split_reason`,
    why its stock cannot be guaranteed (sold without stock, stock not tracked). A listing gone from the shop stays, `is_present` False.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="listings", verbose_name=_("account"))
    external_item = models.CharField(_("item in the shop"), max_length=120)
    external_parent = models.CharField(_("parent in the shop"), max_length=120, blank=True)
    location = models.CharField(_("location in the shop"), max_length=120, blank=True)
    sku = models.CharField(_("SKU in the shop"), max_length=120, blank=True)
    gtin = models.CharField(_("GTIN in the shop"), max_length=14, blank=True)
    title = models.CharField(_("title in the shop"), max_length=300, blank=True)
    stock_item = models.CharField(
        max_length=120, blank=True, editable=False, help_text=_("Item that carries the number, if it is another one.")
    )
    variant = models.ForeignKey(
        "catalog.Variant", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("variant")
    )
    binding = models.CharField(_("binding"), max_length=8, choices=Binding, default=Binding.UNSEEN)
    bound_at = models.DateTimeField(_("bound at"), null=True, blank=True, editable=False)
    seen_quantity = models.DecimalField(_("number in the shop"), max_digits=12, decimal_places=3, null=True, blank=True)
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)
    can_split = models.BooleanField(_("can be guaranteed"), default=True)
    split_reason = models.CharField(_("why not"), max_length=40, blank=True)
    is_present = models.BooleanField(_("present in the shop"), default=True)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        constraints = [
            models.UniqueConstraint(fields=["account", "external_item"], name="channels_listing_once"),
            models.CheckConstraint(
                condition=models.Q(binding__in=["exact", "manual"], variant__isnull=False)
                | models.Q(binding__in=["unseen", "missing", "double", "released", "ignored"], variant__isnull=True),
                name="channels_binding_tells_the_variant",
            ),
        ]
        indexes = [
            models.Index(fields=["variant", "account"], name="channels_listing_variant"),
            models.Index(Upper("sku"), "account", name="channels_listing_sku"),
        ]
        permissions = [("bind_listing", _("Can bind listings to products"))]

    def __str__(self) -> str:
        return f"{self.title} ({self.sku or self.external_item})"
