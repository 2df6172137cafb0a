"""How many records one person may read through the API before it is an export; ``docs/decisions/0023-api.md``.

Every record that is handed out counts, in a list or by itself, with any token or a session: portions of fifty, or
customers one by one, would otherwise carry the whole book out past the export door's approval. What was exported today
without approval counts too, and the other way round.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from guanxi.crm.api.errors import Problem
from guanxi.crm.web.exports.services import read_by_programs, taken_today
from guanxi.crm.web.limits import spend
from guanxi.crm.web.request import StaffRequest

DAY = 86_400


def take(request: StaffRequest, records: int) -> None:
    """Counts records that are about to be handed out; raises the problem ``export-needed`` where they are too many.

    A system's token may have a number of its own, which an administrator of the machine gave it: a standing approval.
    """
    if records == 0:
        return
    token = request.token
    if token is not None and token.rows_a_day is not None:
        fits = spend(f"api records token {token.pk}", records, most=token.rows_a_day, seconds=DAY)
    else:
        most = settings.EXPORT_APPROVAL_ROWS_A_DAY - taken_today(request.user)
        fits = spend(read_by_programs(request.user), records, most=most, seconds=DAY)
    if not fits:
        raise Problem(
            "export-needed",
            _("Today's number of records is used up. Ask for an export on the site, where another person approves it."),
        )
