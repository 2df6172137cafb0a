"""How states and scores of leads look, and who may put a lead where."""

from __future__ import annotations

import datetime
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import institution_tree
from guanxi.crm.sales.lead_codes import LeadState
from guanxi.crm.web.display import Display
from guanxi.crm.web.request import StaffRequest

CSS = {
    LeadState.ASSIGNED: "gx-badge-warn",
    LeadState.ACCEPTED: "gx-badge-info",
    LeadState.PROSPECT: "gx-badge-info",
    LeadState.CONVERTED: "gx-badge-good",
}
# From how many points on; a word stands beside the number, so that colour is never alone.
HOT, WARM = 60, 30


def state_mark(state: str) -> SafeString:
    """A state's badge."""
    one = LeadState(state)
    return mark_safe(f'<span class="gx-badge {CSS.get(one, "")}">{escape(str(one.label))}</span>')  # noqa: S308


def score_mark(score: int) -> SafeString:
    """A score with its word."""
    word, css = (
        (_("hot"), "gl-hot") if score >= HOT else (_("warm"), "gl-warm") if score >= WARM else (_("cool"), "gl-cool")
    )
    return mark_safe(f'<span class="gl-score {css}"><strong>{score}</strong> {escape(word)}</span>')  # noqa: S308


def clock_mark(accept_by: datetime.datetime | None, now: datetime.datetime, display: Display) -> str:
    """Until when a lead is to be accepted; said in words where that is over."""
    if accept_by is None:
        return ""
    moment = escape(display.moment(accept_by))
    if accept_by <= now:
        return f'<span class="gx-bad">{moment} · {escape(_("overdue"))}</span>'
    return f'<span class="gx-code">{moment}</span>'


def places_for(request: StaffRequest) -> list[tuple[str, str]]:
    """Institutions into whose pool the person may put leads, as (number, name), the own one first."""
    tree = institution_tree(request.display.version)
    sight = request.scopes[Verb.ASSIGN].sight
    home = request.user.institution_id or ""
    numbers = list(tree.nodes) if sight.everything else [one for one in tree.nodes if one in set(sight.institution_ids)]
    ordered = [home, *(one for one in numbers if one != home)] if home in tree.nodes else numbers
    return [(one, tree.label(one, request.display.language)) for one in ordered]


def assigns(request: StaffRequest) -> bool:
    """Whether the person gives leads to others."""
    sight = request.scopes[Verb.ASSIGN].sight
    return bool(sight.everything or sight.institution_ids)
