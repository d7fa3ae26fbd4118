"""One order: who, where to, how much, and how it stands."""

from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from crm.models import Party
from erp.core.ids import parse_id, public_id
from orders.states import OPEN_STATUSES, ORDER_MOVES, Elsewhere, OrderStatus, PaymentStatus, Treatment

MONEY: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "default": Decimal("0.00")}
ID_KIND = "ord"


class OrderQuerySet(models.QuerySet["Order"]):
    def open(self) -> "OrderQuerySet":
        """Orders that somebody still has to do something about; history and test orders are not among them."""
        return self.filter(status__in=OPEN_STATUSES, is_test=False)

    def to_ship(self) -> "OrderQuerySet":
        return self.filter(status=OrderStatus.RELEASED, is_test=False, is_shippable=True)

    def of_party(self, party_id: int) -> "OrderQuerySet":
        """Orders of a customer, those of parties merged into it too; an order keeps its own party, so that a merge can be undone."""
        return self.filter(party__in=Party.objects.filter(Q(pk=party_id) | Q(merged_into=party_id)).values("pk"))


class Order(models.Model):
    """`is_restocked` is None unless cancelled; cancelled here, it stays None until the shop has been told and was read again.

    `shipped_elsewhere`: the shop's own people or a third party sent it, out of our stock or theirs.
    """

    MOVES: ClassVar[dict[str, frozenset[str]]] = ORDER_MOVES

    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("id in the shop"), max_length=120)
    external_number = models.CharField(_("number in the shop"), max_length=120, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=OrderStatus.choices)
    treatment = models.CharField(_("treatment"), max_length=16, choices=Treatment.choices)
    channel_status = models.CharField(_("status in the shop"), max_length=60, blank=True)
    is_test = models.BooleanField(_("test order"), default=False)
    is_shippable = models.BooleanField(_("has something to ship"), default=True)
    is_restocked = models.BooleanField(_("put back in stock by the shop"), null=True, blank=True)
    shipped_elsewhere = models.CharField(
        _("shipped elsewhere"), max_length=6, choices=Elsewhere.choices, blank=True, default="", db_default=""
    )
    placed_at = models.DateTimeField(_("placed"))
    channel_updated_at = models.DateTimeField(_("changed in the shop"))
    created_at = models.DateTimeField(_("arrived"))

    party = models.ForeignKey("crm.Party", models.PROTECT, verbose_name=_("customer"), related_name="orders", db_index=False)
    customer_name = models.CharField(_("customer's name"), max_length=250, blank=True)
    customer = models.JSONField(_("customer as ordered"), default=dict)
    billing = models.JSONField(_("billing address"), default=dict)
    shipping = models.JSONField(_("shipping address"), null=True, blank=True)
    customer_note = models.TextField(_("customer's note"), blank=True)
    gift_message = models.TextField(_("gift message"), blank=True)

    currency = models.CharField(_("currency"), max_length=3)
    exchange_rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=8, null=True, blank=True)
    buyer_currency = models.CharField(_("buyer's currency"), max_length=3, blank=True)
    buyer_total = models.DecimalField(_("total in the buyer's currency"), max_digits=12, decimal_places=2, null=True, blank=True)
    prices_include_tax = models.BooleanField(_("prices include tax"), default=False)
    total = models.DecimalField(_("total"), **MONEY)
    goods_net = models.DecimalField(_("goods"), **MONEY)
    discount_net = models.DecimalField(_("discounts"), **MONEY)
    shipping_net = models.DecimalField(_("shipping"), **MONEY)
    fees_net = models.DecimalField(_("fees"), **MONEY)
    tax = models.DecimalField(_("tax"), **MONEY)
    gift_cards = models.DecimalField(_("gift cards"), **MONEY)
    rounding = models.DecimalField(_("rounding"), **MONEY)

    payment_status = models.CharField(_("payment"), max_length=16, choices=PaymentStatus.choices)
    payment_title = models.CharField(_("payment method"), max_length=120, blank=True)
    paid = models.DecimalField(_("paid"), **MONEY)
    due = models.DecimalField(_("still due"), **MONEY)
    refunded = models.DecimalField(_("refunded"), **MONEY)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [
            ("hold_order", _("Can hold an order")),
            ("release_hold", _("Can release a hold")),
            ("cancel_order", _("Can cancel an order")),
            ("record_payment", _("Can record a payment")),
            ("map_line", _("Can link a line to a product")),
            ("decide_change", _("Can decide a change after picking")),
            ("sell_over_counter", _("Can sell over the counter")),
            ("edit_order", _("Can correct an order's address and notes")),
            ("set_price", _("Can sell at another price than the list's")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="orders_import_once"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="orders_currency_is_a_code"),
            models.CheckConstraint(
                condition=Q(buyer_currency="", buyer_total=None) | Q(buyer_currency__regex="^[A-Z]{3}$", buyer_total__isnull=False),
                name="orders_buyer_amount_has_currency",
            ),
            models.CheckConstraint(
                condition=Q(
                    total=F("goods_net")
                    - F("discount_net")
                    + F("shipping_net")
                    + F("fees_net")
                    + F("tax")
                    - F("gift_cards")
                    + F("rounding")
                ),
                name="orders_parts_make_the_total",
            ),
            models.CheckConstraint(condition=Q(due__gte=0, refunded__gte=0), name="orders_amounts_not_negative"),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="orders_newest_first"),
            models.Index(fields=["party", "-id"], name="orders_of_a_party"),
            models.Index(fields=["status"], condition=Q(status__in=["held", "released"]), name="orders_open_by_status"),
            models.Index(
                fields=["placed_at", "id"],
                condition=Q(status="released", is_shippable=True, is_test=False),
                name="orders_waiting_to_leave",
            ),
            models.Index(fields=["-placed_at", "-id"], condition=~Q(gift_message=""), name="orders_with_a_gift"),
            models.Index(fields=["-placed_at", "-id"], condition=Q(payment_status="on_delivery"), name="orders_cash_on_delivery"),
            models.Index(fields=["external_number"], name="orders_by_shop_number"),
            GinIndex(OpClass(Upper("external_number"), name="gin_trgm_ops"), name="orders_shop_number_similar"),
            models.Index(fields=["source"], condition=Q(status="closed", treatment="ignore"), name="orders_only_watched"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return str(self.pk)

    @property
    def reference(self) -> str:
        return reference_of(self.pk)


def reference_of(order_id: int) -> str:
    """How lower packages name an order."""
    return public_id(ID_KIND, order_id)


def order_of(reference: str) -> int | None:
    """The order that a lower package names; None for a reference of another kind of document."""
    return parse_id(ID_KIND, reference) if reference.startswith(public_id(ID_KIND, "")) else None
