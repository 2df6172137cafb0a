"""Who may take data out, and who may let another do it: the verbs export and approve, each with a scope of its own."""

from __future__ import annotations

from collections.abc import Sequence

from guanxi.crm.kernel.scope import KIND_OF_LINE, Reach, Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.web.request import StaffRequest

# Institution and kind of customer (person or organisation), as pairs; None: of no institution, the whole bank's.
Spread = Sequence[Sequence[str]] | None


def may_export(request: StaffRequest) -> bool:
    """Whether the person may take data out at all."""
    return request.scopes[Verb.EXPORT].reach is not Reach.NOTHING


def may_approve(request: StaffRequest) -> bool:
    """Whether the person may decide about exports of others at all."""
    return request.scopes[Verb.APPROVE].reach is not Reach.NOTHING


def exporting(request: StaffRequest) -> StaffRequest:
    """The same request, seeing no further than the person may export."""
    request.scope = request.scopes[Verb.EXPORT]
    return request


def covers(scope: Scope, spread: Spread) -> bool:
    """Whether everything in an export lies within ``scope`` by post: each institution on its line of business."""
    if scope.reach is Reach.EVERYTHING:
        return True
    if spread is None or scope.reach is not Reach.INSTITUTIONS:
        return False
    sights = {KIND_OF_LINE["retail"]: scope.retail, KIND_OF_LINE["corporate"]: scope.corporate}
    return all(
        kind in sights and (sights[kind].everything or institution in sights[kind].institution_ids)
        for institution, kind in spread
    )
