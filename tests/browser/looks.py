"""What the eye meets on a page: the barriers that axe finds, and what stands beside the screen. Both are asked of a complete document."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}
EXCERPT = 160
COMPLETE = "() => document.readyState === 'complete'"
BESIDE = """() => {
  const root = document.documentElement;  // a document that has just begun has none
  return document.readyState === "complete" && String(root.scrollWidth - root.clientWidth);
}"""


def barriers(page: Page) -> list[tuple[str, str]]:
    """The rule and the element of each serious barrier."""
    page.wait_for_function(COMPLETE)
    violations = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:EXCERPT]) for one in violations if one["impact"] in SERIOUS]


def pixels_beside(page: Page) -> int:
    """How much wider than the screen the page is. Asked and answered in one go, again after each navigation; "0" is true, 0 is not."""
    return int(page.wait_for_function(BESIDE).json_value())
