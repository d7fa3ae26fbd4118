"""Where a thing can be looked at."""

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from erp.core.models import Document


def admin_list(model: str, **filters: str) -> str:
    """The list of `app_model`, filtered; empty when the administration has no such section."""
    address = _address(f"admin:{model}_changelist")
    return f"{address}?{urlencode(filters)}" if address and filters else address


def admin_row(model: str, key: int | str) -> str:
    """The page of one row of `app_model`; empty when the administration has no such section."""
    return _address(f"admin:{model}_change", key)


def page(name: str, *keys: int | str) -> str:
    """The address of a daily page; empty while there is none of that name."""
    return _address(name, *keys)


def where_from(request: HttpRequest, otherwise: str) -> str:
    """The address of ours where the form stood, as it says itself; anything else is the page named `otherwise`."""
    told = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(told, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return told if is_ours and told.startswith(("/", "http")) else reverse(otherwise)


def document_url(document: Document | int) -> str:
    """Where a printed paper is shown."""
    return _address("document", document if isinstance(document, int) else document.pk)


def batch_url(batch_id: int) -> str:
    """Where the papers of one print batch lie."""
    return _address("batch", batch_id)


def _address(name: str, *keys: int | str) -> str:
    try:
        return reverse(name, args=keys)
    except NoReverseMatch:
        return ""
