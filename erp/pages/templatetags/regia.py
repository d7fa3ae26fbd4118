"""Tags for markup only: an icon, the chosen theme. Values come ready from the views."""

from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

THEMES = ("light", "dark")


@register.simple_tag
@cache
def icon(name: str, classes: str = "") -> SafeString:
    """A line icon; it is decoration, so a word (or `.sr` text) stands beside it."""
    kind = f"i {classes}".strip()
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>', kind, static("icons/icons.svg"), name)


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> SafeString | str:
    """The `data-theme` that the reader chose; nothing follows the system."""
    request = context.get("request")
    chosen = request.COOKIES.get("regia_theme", "") if request else ""
    return format_html(' data-theme="{}"', chosen) if chosen in THEMES else ""


@register.simple_tag(takes_context=True)
def single_keys(context: dict[str, Any]) -> bool:
    """Whether the reader left single keys switched on."""
    request = context.get("request")
    return not request or request.COOKIES.get("regia_keys") != "off"
