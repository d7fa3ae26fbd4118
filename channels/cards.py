"""What channels puts before people. Subjects: `message:<id>`, `account:<id>`, `listing:<id>`, `location:<id>`."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from erp.core.cards import CardKind, key_of, register
from erp.core.models import Card

RETRY_MESSAGE = "channels.services.importing.retrying.retry_card"


def _waiting_numbers(card: Card) -> str:
    """The numbers of the account that wait for a person."""
    query = urlencode({"held_as__exact": "fall", "listing__account__id__exact": card.subject.partition(":")[2]})
    return f"{reverse('admin:channels_numberrequest_changelist')}?{query}"


def _explained(card: Card) -> str:
    """Where the number of the card's article is taken apart."""
    variant_id = card.params.get("variant_id")
    return reverse("stock_why", args=[variant_id]) if variant_id else ""


def _listing(card: Card) -> str:
    """Where a listing gets its product."""
    return reverse("admin:channels_listing_change", args=[key_of(card.subject)])


def _message(card: Card) -> str:
    """The text as it came."""
    return reverse("admin:channels_inboxmessage_change", args=[key_of(card.subject)])


register(
    CardKind(
        code="channels.unreadable_order",
        title=_("%(account)s: order %(number)s could not be read"),
        cause=_("The shop's text has no usable “%(path)s”. It is kept as it came. Correct the order in the shop, then read it again."),
        action=_("Read again"),
        retry=RETRY_MESSAGE,
        severity="bad",
        permission="channels.retry_inboxmessage",
    )
)
register(
    CardKind(
        code="channels.unnamed_order",
        title=_("%(account)s: an order came without a usable number"),
        cause=_(
            "The shop's text has no usable “%(path)s”, so the order cannot be asked for. The text is kept in the inbox, and the others "
            "went on. Correct the order in the shop: it comes in by itself at the next reading."
        ),
        action=_("It is settled in the shop"),
        retry=RETRY_MESSAGE,
        link=_message,
        severity="bad",
        permission="channels.retry_inboxmessage",
    )
)
register(
    CardKind(
        code="channels.refused_order",
        title=_("%(account)s: order %(number)s was not taken in"),
        cause=_("%(reason)s The order is kept as it came; the others went on."),
        action=_("Try again"),
        retry=RETRY_MESSAGE,
        severity="bad",
        permission="channels.retry_inboxmessage",
    )
)
register(
    CardKind(
        code="channels.unfetched_order",
        title=_("%(account)s: order %(number)s cannot be fetched"),
        cause=_("The shop announced a change but does not hand over the order: “%(detail)s”. Try again when the shop is well."),
        action=_("Try again"),
        retry=RETRY_MESSAGE,
        severity="bad",
        permission="channels.retry_inboxmessage",
    )
)
register(
    CardKind(
        code="channels.odd_order",
        title=_("%(account)s: order %(number)s has broken details"),
        cause=_("These parts of the shop's text could not be used: %(paths)s. The order came in without them; check it against the shop."),
        action=_("Read again"),
        retry=RETRY_MESSAGE,
        severity="wait",
        permission="channels.retry_inboxmessage",
    )
)
register(
    CardKind(
        code="channels.keys_refused",
        title=_("%(account)s refuses our keys"),
        cause=_("Nothing can be read or written until new keys are entered: “%(detail)s”."),
        action=_("Check keys"),
        retry="channels.services.connecting.opening.retry_card",
        severity="bad",
        permission="channels.connect_account",
    )
)
register(
    CardKind(
        code="channels.unreachable",
        title=_("%(account)s has not answered since %(since)s"),
        cause=_("Orders come in as soon as it answers; none is lost. Last answer: “%(detail)s”."),
        action=_("Read now"),
        retry="channels.services.importing.retrying.retry_account_card",
        severity="bad",
        permission="channels.pull_account",
    )
)
register(
    CardKind(
        code="channels.webhooks_asleep",
        title=_("%(account)s no longer sends news by itself"),
        cause=_("Its webhooks were off and were switched on again. Orders were read in turn meanwhile, so none is missing."),
        action=_("Check webhooks"),
        retry="channels.services.connecting.webhooks.retry_card",
        severity="wait",
        permission="channels.connect_account",
    )
)
register(
    CardKind(
        code="channels.silent",
        title=_("%(account)s has been silent for %(hours)s hours"),
        cause=_("News usually comes every %(usual)s hours. The shop may sell nothing, or its webhooks do not reach us."),
        action=_("Check webhooks"),
        retry="channels.services.connecting.webhooks.retry_card",
        severity="wait",
        permission="channels.connect_account",
    )
)
register(
    CardKind(
        code="channels.unmapped_location",
        title=_("%(account)s sells from “%(location)s”, which is no warehouse here"),
        cause=_("Choose the warehouse that it stands for, or say that it is not ours. Until then its stock is left alone."),
        action="",
        severity="hold",
        permission="channels.connect_account",
    )
)
register(
    CardKind(
        code="channels.unbound_listing",
        title=_("%(account)s sells “%(title)s”, which is no product here"),
        cause=_("Its SKU “%(sku)s” matches no product. Choose the product, or say that it is not ours."),
        action=_("Choose the product"),
        link=_listing,
        severity="hold",
        permission="channels.bind_listing",
    )
)
register(
    CardKind(
        code="channels.double_listing",
        title=_("%(account)s lists “%(title)s” with a code that is not unique"),
        cause=_("The code “%(sku)s” stands on %(count)s items or products. It is bound to none of them until a person chooses."),
        action=_("Choose the product"),
        link=_listing,
        severity="hold",
        permission="channels.bind_listing",
    )
)
register(
    CardKind(
        code="channels.cannot_split",
        title=_("%(account)s: stock of “%(title)s” cannot be guaranteed"),
        cause=_("%(reason)s Or let Regia do it: stock is counted, orders beyond it are off, and the number follows."),
        action=_("Fix it in the shop"),
        retry="channels.services.publishing.mending.mend_card",
        severity="wait",
        permission="channels.publish_stock",
    )
)
register(
    CardKind(
        code="channels.shop_cannot_split",
        title=_("%(account)s: stock of “%(title)s” cannot be guaranteed"),
        cause=_("%(reason)s It is seen at the next reading."),
        action="",
        severity="wait",
        permission="channels.bind_listing",
    )
)
register(
    CardKind(
        code="channels.hand_edit",
        title=_("%(account)s: the number of “%(title)s” was edited by hand"),
        cause=_(
            "The shop showed %(seen)s instead of %(expected)s at %(seen_at)s, and no order explains it. Regia's number is on its way "
            "there; this goes by itself once it stands. Correct stock here, not in the shop."
        ),
        action=_("Why this number?"),
        link=_explained,
        severity="wait",
        permission="channels.publish_stock",
    )
)
register(
    CardKind(
        code="channels.number_refused",
        title=_("%(account)s refuses the number of “%(title)s”"),
        cause=_("We sent %(number)s, it answered “%(error)s”. It is tried again every five minutes; look at the product in the shop."),
        action="",
        severity="bad",
        permission="channels.publish_stock",
    )
)
register(
    CardKind(
        code="channels.push_stopped",
        title=_("%(account)s: %(falls)s of %(listings)s articles would show “sold out”"),
        cause=_(
            "No sale explains it, and it is more than the %(percent)s percent that go without asking; %(sent)s went already. Among those "
            "that wait: %(examples)s. Correct the stock if it is wrong: then the stop ends by itself. Until then raises wait too; what "
            "sales lower goes as ever."
        ),
        action=_("Allow this run"),
        retry="channels.services.publishing.stopping.allow_card",
        link=_waiting_numbers,
        severity="hold",
        permission="channels.publish_stock",
    )
)
register(
    CardKind(
        code="channels.parked_job",
        title=_("%(account)s: work was given up after many attempts"),
        cause=_("The last attempt ended with “%(error)s”. Numbers in the shop stay as they are until it is tried again."),
        action=_("Try again"),
        retry="channels.services.jobs.retry_parked_job",
        severity="bad",
        permission="channels.retry_job",
    )
)
register(
    CardKind(
        code="channels.untold_shipment",
        title=_("%(account)s: order %(number)s does not know that it was shipped"),
        cause=_("The shop answered “%(error)s”. The goods have left; look at the order in the shop, then tell it again."),
        action=_("Tell the shop again"),
        retry="channels.services.notifying.retrying.retry_untold",
        severity="bad",
        permission="channels.tell_shop",
    )
)
register(
    CardKind(
        code="channels.untold_cancel",
        title=_("%(account)s: order %(number)s is cancelled here but not in the shop"),
        cause=_("The shop answered “%(error)s”. Its pieces stay reserved until the shop has cancelled it; look at the order there."),
        action=_("Cancel it in the shop"),
        retry="channels.services.notifying.retrying.retry_uncancelled",
        severity="bad",
        permission="channels.tell_shop",
    )
)
register(
    CardKind(
        code="channels.cancel_by_hand",
        title=_("%(account)s: order %(number)s must be cancelled in the shop too"),
        cause=_("It is cancelled here, and this platform takes no cancels from us. Its pieces stay reserved until it is cancelled there."),
        action="",
        severity="bad",
        permission="channels.tell_shop",
    )
)
