"""Previews of many customers: the worker makes them, while the arranger's page waits or goes elsewhere.

A draft says which version it wants previewed (``asked``). The worker makes that one and no other: where the draft was
changed in the meantime the result is thrown away, and what was asked for since is a job of its own. Killed anywhere,
nothing of it is kept, and the next look for what is due (:func:`make_asked`) makes it again.
"""

from __future__ import annotations

import datetime
import logging

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from guanxi.crm.audit.context import traced
from guanxi.crm.handover.choosing import many
from guanxi.crm.handover.models import Handover, State
from guanxi.crm.handover.preview import ChangedError, make_preview
from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel.protection import entered
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.org.queries import InstitutionTree, institution_tree, standing_of

logger = logging.getLogger(__name__)
# A preview of so many is made within the request: well under two seconds.
AT_ONCE = 2_000


def preview_or_ask(
    *, handover: Handover, scope: Scope, day: datetime.date, today: datetime.date, tree: InstitutionTree
) -> bool:
    """Makes the preview of a draft, or asks the worker for it where many customers are chosen; whether it is made.

    Raises :class:`ChangedError` where the draft is another one by now.
    """
    if many(handover, scope=scope, day=day, tree=tree, most=AT_ONCE + 1) <= AT_ONCE:
        make_preview(handover=handover, scope=scope, day=day, today=today, tree=tree)
        return True
    chosen = many(handover, scope=scope, day=day, tree=tree)
    with transaction.atomic():
        wanted = Handover.objects.filter(pk=handover.pk, state=State.DRAFT, version=handover.version)
        if not wanted.update(asked=F("version"), previewed=None, total=chosen):
            raise ChangedError
        transaction.on_commit(lambda: _defer(handover.pk))
    return False


def is_prepared(handover: Handover) -> bool:
    """Whether the draft's preview shows what is chosen now."""
    return handover.previewed == handover.version


def is_asked(handover: Handover) -> bool:
    """Whether the worker has the preview of what is chosen now still to make."""
    return not is_prepared(handover) and handover.asked == handover.version


def make_asked_of(handover_id: int) -> bool:
    """Makes the preview that a draft waits for, as its arranger may assign today; False where none is wanted now."""
    wanted = Handover.objects.select_related("made_by").filter(
        pk=handover_id, state=State.DRAFT, asked=F("version"), made_by__isnull=False
    )
    draft, published, today = wanted.first(), newest_publication(), timezone.localdate()
    if draft is None or draft.made_by is None or published is None:
        return False
    standing = standing_of(draft.made_by, version=published.id, today=today)
    with traced(actor=draft.made_by.pk, roles=standing.roles), entered(standing.scopes[Verb.SEE]):
        try:
            make_preview(
                handover=draft,
                scope=standing.scopes[Verb.ASSIGN],
                day=published.business_date,
                today=today,
                tree=institution_tree(published.id),
                asked=True,
            )
        except ChangedError:
            return False
    return True


def make_asked() -> int:
    """Makes the previews that a worker left when it was killed; returns how many. One that fails stops no other."""
    made = 0
    for number in Handover.objects.filter(state=State.DRAFT, asked=F("version")).values_list("pk", flat=True):
        try:
            made += make_asked_of(number)
        except Exception:
            logger.exception("the preview of hand-over %s failed", number)
    return made


def _defer(handover_id: int) -> None:
    from guanxi.crm.handover.tasks import defer_preview

    defer_preview(handover_id)
