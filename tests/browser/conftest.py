"""One Chromium for the run, Debian's own; a page that is signed in; pictures where REGIA_SHOTS names a folder."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.pages.seeding import make_staff

CHROMIUM = Path("/usr/bin/chromium")
DESKTOP = {"width": 1440, "height": 900}
TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
"""For a machine that has other work too: every wait ends as soon as the page shows what is waited for."""
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium.")
    # From here on Django keeps another connection for this thread, as inside an event loop; one that stays open beside it would be shared
    # with every process that a later test forks, and outlive its death.
    connections.close_all()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-background-networking"])
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the console says against pages; a test that provokes some clears it."""
    return []


@pytest.fixture
def visit(chromium: Browser, live_server: LiveServer, owner: User, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Open an address signed in as the owner, or as nobody; what the console says against the page fails the test."""
    contexts: list[BrowserContext] = []

    def opened(address: str, *, size: dict[str, int] = DESKTOP, scheme: Literal["light", "dark"] = "light", signed_in: bool = True) -> Page:
        context = chromium.new_context(
            viewport=size, color_scheme=scheme, locale="it-IT", has_touch=size == PHONE, reduced_motion="reduce"
        )  # a colour on its way to another is none that anybody reads
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if signed_in:
            client = Client()
            client.force_login(owner)
            context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(f"{message.text} {message.location['url']}") if message.type in {"error", "warning"} else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def owner(transactional_db: None) -> User:
    cache.clear()
    return make_staff(is_superuser=True)


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps a picture of a page when REGIA_SHOTS names a folder, for people to look at."""
    folder = os.environ.get("REGIA_SHOTS", "")

    def keep(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder) / f"{name}.png"), animations="disabled")

    return keep
