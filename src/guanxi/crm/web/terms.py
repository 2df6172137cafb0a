"""Terms of agreements in the words of the trade."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

# Terms that files state in days although they mean months.
_MONTHS = {28: 1, 30: 1, 31: 1, 90: 3, 91: 3, 92: 3, 180: 6, 181: 6, 182: 6, 183: 6, 184: 6, 270: 9, 273: 9, 274: 9}
_YEAR = 365


def term_label(days: int | None) -> str:
    """A term in days as days, months or years; none is demand."""
    if not days:
        return _("Demand")
    if days in _MONTHS:
        return pgettext("term", "%(months)s months") % {"months": _MONTHS[days]}
    years = round(days / 365.25)
    if years and abs(days - years * 365.25) <= years and (days % _YEAR == 0 or days % 360 == 0 or days > _YEAR):
        return pgettext("term", "%(years)s years") % {"years": years}
    return pgettext("term", "%(days)s days") % {"days": days}
