"""How soon a reader sees a page: Chromium's own largest contentful paint, from a web process as the demo runs it."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from erp.practice.bench.web import served

CHROMIUM = Path("/usr/bin/chromium")
DESKTOP = {"width": 1440, "height": 900}
TURNS = 3
SETTLE_MS = 300
"""The browser may name a larger element until the reader touches the page."""
PAINT = """() => new Promise((tell) => {
  let at = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) at = Math.max(at, entry.startTime); })
    .observe({ type: "largest-contentful-paint", buffered: true });
  setTimeout(() => tell(at), %d);
})"""


def largest_paints(session: str, addresses: Mapping[str, str]) -> dict[str, Any]:
    """`lcp_ms` by page, the median of three visits, with the worst of all first visits (empty browser cache) as `lcp_worst_ms`.

    Where no Chromium stands on the machine, the figure is that sentence.
    """
    if not CHROMIUM.exists() or find_spec("playwright") is None:
        return {"lcp_ms": "not measured: no Chromium on this machine (make browser)"}
    from playwright.sync_api import sync_playwright

    found: dict[str, float] = {}
    firsts: list[float] = []
    with served() as (port, _process), sync_playwright() as playwright:
        house = f"http://127.0.0.1:{port}"
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-background-networking"])
        for name, address in addresses.items():
            context = browser.new_context(viewport=DESKTOP, locale="it-IT")  # type: ignore[arg-type]
            context.add_cookies([{"name": "sessionid", "value": session, "url": house}])
            page = context.new_page()
            visits = []
            for _turn in range(TURNS):
                page.goto(house + address, wait_until="load")
                visits.append(page.evaluate(PAINT % SETTLE_MS))
            context.close()
            firsts.append(visits[0])
            found[name] = round(median(visits))
        browser.close()
    return {"lcp_ms": found, "lcp_worst_ms": round(max(firsts))}
