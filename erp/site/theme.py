"""How the administration's theme looks: the tones of `static/css/tokens.css` in the theme's own scale."""

from typing import Any

from django.templatetags.static import static
from django.utils.functional import lazy

PAPER = {
    "50": "#f6f5f1",
    "100": "#eeece6",
    "200": "#e3e0d9",
    "300": "#cfcbc2",
    "400": "#9b958a",
    "500": "#676259",
    "600": "#4f4b44",
    "700": "#45423c",
    "800": "#2f2d29",
    "900": "#1c1b19",
    "950": "#151412",
}
INK = {
    "50": "#f3f6fd",
    "100": "#e8edfb",
    "200": "#d3dcf7",
    "300": "#b8c6f0",
    "400": "#a3b7ff",
    "500": "#8ba3ff",
    "600": "#2343b3",
    "700": "#1f3ca2",
    "800": "#1a3590",
    "900": "#222b4d",
    "950": "#1a2140",
}

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Regia",
    "SITE_HEADER": "Regia",
    "SITE_SYMBOL": "chair_alt",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lazy(static, str)("icons/regia.svg")}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "COLORS": {"base": PAPER, "primary": INK},
    "STYLES": [lazy(static, str)("css/admin.css")],
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": "erp.site.navigation.sidebar"},
}
