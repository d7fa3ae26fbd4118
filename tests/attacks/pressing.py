"""A person with two fast fingers: a page is opened over HTTP, and its button is pressed several times at one moment."""

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from erp.pages.orders.deeds import DEEDS

PATIENCE_SECONDS = 300  # no measure: only so that nothing waits for ever
_INPUT = re.compile(r"<input[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


class Person:
    """Signed in, with cookies of their own."""

    def __init__(self, server: str, user: User) -> None:
        client = Client()
        client.force_login(user)
        self._server = server
        self._cookies = {"sessionid": client.cookies["sessionid"].value}

    def open(self, address: str) -> tuple[str, dict[str, str]]:
        """The page and the cookies that it leaves."""
        answer = httpx.get(self._server + address, cookies=self._cookies, timeout=PATIENCE_SECONDS)
        assert answer.status_code == 200, address
        return answer.text, {**self._cookies, **dict(answer.cookies)}

    def press(self, row: Model, key: str, *, times: int = 2, **typed: str) -> list[int]:
        """One button of a row's page in the administration, pressed at one moment; the statuses of the answers."""
        opts = row._meta
        page = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[row.pk])
        action = reverse(f"admin:{opts.app_label}_{opts.model_name}_operate", args=[row.pk, key])
        return self.post(page, action, times=times, **{f"{key}-{name}": value for name, value in typed.items()})

    def post(self, page: str, action: str, *, times: int = 2, **typed: str) -> list[int]:
        """The form with this action on a page, filled in and sent at one moment so many times."""
        text, cookies = self.open(page)
        return self._send(action, {"data": {**_hidden_fields(text, action), **typed}}, cookies, times)

    def post_here(self, page: str, *, times: int = 2, **typed: str) -> list[int]:
        """The form of a page that is sent to the page itself."""
        text, cookies = self.open(page)
        form = {name: value for name, value in _inputs(text).items() if name in {"csrfmiddlewaretoken", "opened"}}
        return self._send(page, {"data": {**form, **typed}}, cookies, times)

    def deed(self, code: str, *orders: Model, times: int = 2, **typed: str) -> list[int]:
        """A deed of the desk's list on chosen orders: its form is asked for once, and sent at one moment so many times."""
        text, cookies = self.open(reverse("orders"))
        headers = {"X-CSRFToken": _token(text), "HX-Request": "true"}
        chosen = {"orders": ",".join(str(order.pk) for order in orders), "query": "?queue=ship"}
        form = {**chosen, "token": uuid4().hex}
        if DEEDS[code].asks:
            asked = httpx.post(
                self._server + reverse("orders_ask", args=[code]), data=chosen, cookies=cookies, headers=headers, timeout=PATIENCE_SECONDS
            )
            form = _inputs(asked.text)
        return self._send(reverse("orders_act", args=[code]), {"data": {**form, **typed}, "headers": headers}, cookies, times)

    def back(self, receipt_id: int, *, times: int = 2) -> list[int]:
        """The undo of a receipt of the desk's list."""
        text, cookies = self.open(reverse("orders"))
        headers = {"X-CSRFToken": _token(text), "HX-Request": "true"}
        return self._send(reverse("orders_undo", args=[receipt_id]), {"data": {}, "headers": headers}, cookies, times)

    def send_json(self, page: str, action: str, body: dict[str, Any], *, times: int = 2) -> list[int]:
        text, cookies = self.open(page)
        return self._send(action, {"json": body, "headers": {"X-CSRFToken": _token(text)}}, cookies, times)

    def _send(self, action: str, what: dict[str, Any], cookies: dict[str, str], times: int) -> list[int]:
        start = Barrier(times)

        def send(_number: int) -> int:
            start.wait(PATIENCE_SECONDS)
            return httpx.post(self._server + action, cookies=cookies, timeout=PATIENCE_SECONDS, **what).status_code

        with ThreadPoolExecutor(times) as fingers:
            return list(fingers.map(send, range(times)))


def _hidden_fields(page: str, action: str) -> dict[str, str]:
    """What the browser sends along with the form, the token against forged requests among it."""
    found = re.search(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', page, re.DOTALL)
    assert found, f"no form for {action}"
    return _inputs(found[1])


def _inputs(form: str) -> dict[str, str]:
    inputs = [dict(_ATTRIBUTE.findall(each)) for each in _INPUT.findall(form)]
    return {each["name"]: unescape(each.get("value", "")) for each in inputs if each.get("type") == "hidden"}


def _token(page: str) -> str:
    """The token against forged requests, from whichever form of the page has it."""
    return _inputs(page)["csrfmiddlewaretoken"]
