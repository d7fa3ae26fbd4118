"""A shop or marketplace account, and its places."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from channels.states import ACCOUNT_MOVES, AccountState


class FirstStock(models.TextChoices):
    REGIA = "regia", _("Regia's numbers count")
    SHOP = "shop", _("The shop's numbers count")


class Account(models.Model):
    """One account in one shop. `code` is the immutable name that lower packages keep as `source`; secrets live in core, never here."""

    MOVES = ACCOUNT_MOVES

    code = models.SlugField(_("code"), max_length=40, unique=True, help_text=_("Never changes: orders and stock keep it as their source."))
    name = models.CharField(_("name"), max_length=120)
    connector = models.CharField(_("platform"), max_length=40)
    base_url = models.URLField(_("address of the shop"), max_length=300)
    settings = models.JSONField(
        _("settings"), default=dict, blank=True, help_text=_("Platform settings: fiscal field names, look-back days.")
    )
    state = models.CharField(_("state"), max_length=12, choices=AccountState, default=AccountState.DRAFT)
    start_at = models.DateTimeField(
        _("start"), null=True, blank=True, help_text=_("Orders finished before this moment come in as history.")
    )
    live_since = models.DateTimeField(_("live since"), null=True, blank=True, editable=False)
    first_stock = models.CharField(_("first stock"), max_length=8, choices=FirstStock, blank=True)
    stock_ready_at = models.DateTimeField(_("first stock settled"), null=True, blank=True, editable=False)
    orders_paused = models.BooleanField(_("orders paused"), default=False)
    stock_paused = models.BooleanField(_("stock paused"), default=False)
    stop_percent = models.PositiveSmallIntegerField(
        _("stop numbers above this part of the listings"),
        default=5,
        db_default=5,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "Percent of the listings that may fall to “sold out” in a day without a sale before a person is asked; 100 never asks."
        ),
    )
    stop_least = models.PositiveIntegerField(
        _("and above this many listings"), default=10, db_default=10, help_text=_("So that one article never stops a small shop.")
    )
    push_stopped_at = models.DateTimeField(_("numbers stopped since"), null=True, blank=True, editable=False)
    push_confirmed_at = models.DateTimeField(_("numbers last allowed"), null=True, blank=True, editable=False)
    notify_customer = models.BooleanField(_("the shop writes to the buyer"), default=True)
    status_table = models.JSONField(_("status table"), default=dict, blank=True, help_text=_("What each status of the shop means here."))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    body_months = models.PositiveSmallIntegerField(_("months that raw bodies are kept"), default=24)
    health = models.JSONField(_("last health report"), default=dict, blank=True, editable=False)
    health_at = models.DateTimeField(_("checked at"), null=True, blank=True, editable=False)
    rehearsal = models.JSONField(_("last rehearsal"), default=dict, blank=True, editable=False)
    rehearsed_at = models.DateTimeField(_("rehearsed at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), editable=False)

    history = HistoricalRecords(
        excluded_fields=["health", "health_at", "rehearsal", "rehearsed_at", "push_stopped_at", "push_confirmed_at"]
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=AccountState.values), name="channels_account_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="live") | models.Q(start_at__isnull=False), name="channels_live_account_has_start"
            ),
            models.CheckConstraint(condition=models.Q(stop_percent__lte=100), name="channels_stop_percent_within_hundred"),
        ]
        permissions = [
            ("connect_account", _("Can connect accounts")),
            ("pause_account", _("Can pause accounts")),
            ("pull_account", _("Can read orders of an account now")),
            ("redact_order", _("Can empty the raw data of an order")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reads_orders(self) -> bool:
        return self.state == AccountState.LIVE and not self.orders_paused

    @property
    def tells_orders(self) -> bool:
        """Whether the shop is told about its orders: what left, what is cancelled."""
        return self.reads_orders

    @property
    def writes_stock(self) -> bool:
        return self.state == AccountState.LIVE and not self.stock_paused


class LocationMap(models.Model):
    """Where the shop says it sells from, and which warehouse of ours that is. Without a warehouse it is a card, never a guess."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="locations", verbose_name=_("account"))
    location = models.CharField(_("location in the shop"), max_length=120, blank=True)
    name = models.CharField(_("name in the shop"), max_length=200, blank=True)
    warehouse = models.ForeignKey(
        "inventory.Warehouse", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("warehouse")
    )
    is_ours = models.BooleanField(
        _("we ship from here"), default=True, help_text=_("Off for a location served by the marketplace or a third party.")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        constraints = [models.UniqueConstraint(fields=["account", "location"], name="channels_location_once")]

    def __str__(self) -> str:
        return self.name or self.location
