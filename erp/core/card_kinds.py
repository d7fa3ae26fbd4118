"""The card kinds of the tools themselves."""

from django.utils.translation import gettext_lazy as _

from erp.core.cards import CardKind, register

register(
    CardKind(
        code="core.parked_delivery",
        title=_("News could not be passed on: %(event)s"),
        cause=_("%(handler)s failed on every attempt, the last time with “%(error)s”. Fix the cause, then try again."),
        action=_("Try again"),
        retry="erp.core.delivering.retry_delivery",
        severity="bad",
    )
)
register(
    CardKind(
        code="core.failed_document",
        title=_("A paper could not be made: %(file)s"),
        cause=_("It is about %(about)s. The last attempt ended with “%(error)s”. Fix the cause, then try again."),
        action=_("Make it again"),
        retry="erp.core.documents.retry_document",
        severity="bad",
    )
)
