"""At the edge: a page that the database gave up for another one is asked for once more, so that nobody sees a deadlock."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from erp.core.transactions import in_transaction, is_given_up


class ReplayMiddleware:
    """Services play themselves again; a form that opens the transaction around its service (the administration's, an order's) does here.

    The transaction that was given up has written nothing, and what a view committed before it may be asked for twice, as everything may.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or not is_given_up(exception) or in_transaction():
            return None
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer
