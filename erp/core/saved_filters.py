"""Lists as a person wants them again: a page's query string under a name of their own."""

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from erp.core.models import SavedFilter
from erp.core.refusals import Refused
from erp.core.transactions import atomic

MAX_FILTERS = 20


@atomic
def save_filter(page: str, name: str, query: str, *, by: AbstractBaseUser) -> SavedFilter:
    """Keep a filter; the same name again is the new filter. Raises Refused without a name, and beyond twenty."""
    name = " ".join(name.split())[:40]
    if not name:
        raise Refused(_("Give the filter a name, so that you find it again."), code="name")
    others = SavedFilter.objects.filter(owner=by.pk, page=page).exclude(name=name).count()
    if others >= MAX_FILTERS:
        raise Refused(_("You have %(count)d saved filters. Drop one first.") % {"count": others}, code="many")
    return SavedFilter.objects.update_or_create(owner_id=by.pk, page=page, name=name, defaults={"query": query[:500]})[0]


@atomic
def drop_filter(filter_id: int, *, by: AbstractBaseUser) -> None:
    """Drop one of one's own; another's stays."""
    SavedFilter.objects.filter(pk=filter_id, owner=by.pk).delete()


def filters_of(user: AbstractBaseUser, page: str) -> list[SavedFilter]:
    return list(SavedFilter.objects.filter(owner=user.pk, page=page).order_by("name", "pk"))
