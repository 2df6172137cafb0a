"""Tags for charts: the data that a figure carries, and small bars drawn without script."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.template import Context
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString

from guanxi.crm.web.charts import Chart, shows

register = template.Library()


@register.simple_tag(takes_context=True)
def chart_data(context: Context, chart: Chart) -> SafeString:
    """The chart's data for the browser, as JSON that no script can break out of."""
    return json_script(chart.payload(context["request"].display))


@register.simple_tag(takes_context=True)
def bar(context: Context, value: Decimal | None, most: Decimal | None, css: str = "") -> SafeString:
    """A bar as long as ``value`` is of ``most`` (by magnitude): decoration beside the figure itself.

    What the figure beside it shows as nothing has no length. Drawn as SVG, since the site's policy allows no inline
    style.
    """
    seen = value and most and shows(abs(most), context["request"].display)
    share = min(abs(value) / abs(most), Decimal(1)) * 100 if seen and value and most else Decimal(0)
    return format_html(
        '<svg class="gx-bar {}" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="gx-bar-track" width="100" height="8"></rect><rect width="{}" height="8"></rect></svg>',
        f"{css} gx-bar-minus" if value and value < 0 else css,
        f"{share:.2f}",
    )
