"""Both practice shops are connected as staff would do it: keys tested, places mapped, matched, rehearsed, first stock, live."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from channels.models import Account, FirstStock, LocationMap
from channels.services.connecting.living import choose_first_stock, go_live
from channels.services.connecting.opening import check_keys, open_account
from channels.services.connecting.places import map_location
from channels.services.connecting.rehearsing import rehearse
from channels.services.connecting.webhooks import register_webhooks
from channels.services.connections import secret_name
from channels.states import AccountState
from erp.core.masterdata import save_master
from erp.core.refusals import Refused
from erp.core.secrets import Credentials
from erp.practice.demo.shops import PracticeShop, key_of
from inventory.models import Warehouse

CONNECTOR = "woocommerce"


def connect_shop(shop: PracticeShop, *, by: User) -> bool:
    """Make the shop's account live; False when it was. The shop and our own door must answer. Raises what the services raise."""
    account = Account.objects.filter(code=shop.stall.code).order_by("pk").first() or _open(shop, by)
    _refuse_another_shop(account, shop)
    if account.base_url != shop.url:  # its port of last time was taken
        account.base_url = shop.url
        save_master(account, by=by)
    if account.state in (AccountState.LIVE, AccountState.PAUSED):
        register_webhooks(account.pk, by=by)
        return False
    check_keys(account.pk, by=by)
    main = Warehouse.objects.order_by("priority", "pk").values_list("pk", flat=True)[0]
    for place in LocationMap.objects.filter(account=account, warehouse=None).order_by("pk"):
        map_location(place.pk, warehouse_id=main, by=by)
    rehearse(account.pk, by=by)
    choose_first_stock(account.pk, first_stock=FirstStock.REGIA, by=by)
    go_live(account.pk, by=by)
    return True


def _refuse_another_shop(account: Account, shop: PracticeShop) -> None:
    """A shop that was made anew counts its orders from 1 again: they would be taken for those that are here."""
    if Credentials(secret_name(account)).current()["consumer_key"] != key_of(shop.store_file)[0]:
        text = _("The practice shop “%(shop)s” in %(folder)s is not the one that this database knows. Remove both and start again.")
        raise Refused(text % {"shop": shop.stall.name, "folder": shop.folder})


def _open(shop: PracticeShop, by: User) -> Account:
    key, secret = key_of(shop.store_file)
    keys = {"consumer_key": key, "consumer_secret": secret}
    return open_account(code=shop.stall.code, name=shop.stall.name, connector=CONNECTOR, base_url=shop.url, keys=keys, by=by)
