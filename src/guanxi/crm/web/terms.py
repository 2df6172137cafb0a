"""Terms of agreements in the words of the trade."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import npgettext

# Terms that files state in days although they mean months.
_MONTHS = {28: 1, 30: 1, 31: 1, 90: 3, 91: 3, 92: 3, 180: 6, 181: 6, 182: 6, 183: 6, 184: 6, 270: 9, 273: 9, 274: 9}


def term_label(days: int | None) -> str:
    """A term in days as days, months or years; none is demand."""
    if not days:
        return _("Demand")
    if months := _MONTHS.get(days):
        return npgettext("term", "%(months)s month", "%(months)s months", months) % {"months": months}
    years = round(days / 365.25)
    if years and (days % 360 == 0 or abs(days - years * 365.25) <= years):
        years = days // 360 if days % 360 == 0 and days % 365 else years
        return npgettext("term", "%(years)s year", "%(years)s years", years) % {"years": years}
    return npgettext("term", "%(days)s day", "%(days)s days", days) % {"days": days}
