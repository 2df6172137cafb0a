"""Icons: a reference into the one sprite that ``guanxi.assets`` makes of the icons that pages name."""

from __future__ import annotations

from functools import lru_cache

from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

SPRITE = "vendor/icons.svg"


@lru_cache(maxsize=512)
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """The icon of Tabler's set with that name; ``label`` says it to those who cannot see it, else it is decoration.

    ``name``, ``css`` and ``label`` come from our own code and templates, never from data.
    """
    said = f'role="img" aria-label="{label}"' if label else 'aria-hidden="true"'
    address = static(SPRITE)
    return mark_safe(f'<svg class="icon {css}" {said}><use href="{address}#{name}"></use></svg>')  # noqa: S308
