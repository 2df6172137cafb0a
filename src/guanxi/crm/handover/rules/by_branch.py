"""By branch: to the receiver whose institution is nearest to the customer's, evenly among those equally near."""

from __future__ import annotations

from itertools import takewhile

from django.utils.translation import gettext_lazy as _

from guanxi.crm.handover.rules.base import Candidate, Options, Rule, Taker


def wish(one: Candidate, taker: Taker, _options: Options) -> tuple[int, int]:
    """The more of the way down the tree both have in common, the nearer."""
    common = sum(1 for _same in takewhile(lambda pair: pair[0] == pair[1], zip(one.path, taker.path, strict=False)))
    return -common, taker.many


RULE = Rule(
    "branch",
    _("By branch"),
    _("Each customer goes to somebody of the own institution, or of the nearest one."),
    wish,
    order=lambda one: (one.institution_id, -one.assets),
)
