"""The webhook door: it verifies, stores and answers. It does not work."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from channels.contract import BadSignature, ContractBroken
from channels.models import Account
from channels.services.receiving import receive_webhook
from erp.core.refusals import Refused

PLAIN = "text/plain; charset=utf-8"


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, code: str) -> HttpResponse:
    """POST /webhooks/<account code>/: 2xx once it is stored, 401 for a wrong signature, 413 for a body that is too large."""
    if _size(request) > settings.REGIA_WEBHOOK_BYTES:
        return _refusal(
            _("The message is larger than %(limit)s bytes. Nothing of it was stored.") % {"limit": settings.REGIA_WEBHOOK_BYTES}, 413
        )
    account = Account.objects.filter(code=code).order_by("pk").first()
    if account is None:
        return _refusal(_("There is no account with this name. Check the address of the webhook."), 404)
    try:
        reply = receive_webhook(account, headers=request.headers, body=request.body, query=request.GET.dict())
    except (BadSignature, Refused):  # without a stored secret nothing can be believed
        return _refusal(_("The signature does not match this account's secret. Nothing was stored."), 401)
    except ContractBroken as broken:
        return _refusal(_("The message has no “%(path)s”. Nothing was stored.") % {"path": broken.path}, 400)
    return HttpResponse(reply.body, status=reply.status, content_type=PLAIN)


def _size(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0


def _refusal(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type=PLAIN)
