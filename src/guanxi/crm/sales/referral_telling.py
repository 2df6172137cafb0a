"""Tells the two sides of a referral what becomes of it: in the page, by e-mail, on their devices, as each wishes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.notices import readers
from guanxi.crm.notices.kinds import Kind, Way, register
from guanxi.crm.notices.models import Mail
from guanxi.crm.notices.readers import Reader
from guanxi.crm.notices.services import notify
from guanxi.crm.sales.models import Referral
from guanxi.crm.sales.referral_codes import ReferralStepKind as Step

ABOUT = "referral"
PLACE: dict[str, Any] = {"place": "referral", "given": ("about_id",)}
WORDS = {
    Step.SENT: _("%(who)s refers somebody to you"),
    Step.PASSED: _("%(who)s passed a referral on"),
    Step.RESENT: _("%(who)s sent a referral again"),
    Step.ACCEPTED: _("%(who)s accepted your referral"),
    Step.DECLINED: _("%(who)s declined your referral"),
    Step.RETURNED: _("%(who)s returned your referral to you"),
    Step.WITHDRAWN: _("%(who)s withdrew a referral"),
    Step.OPPORTUNITY: _("%(who)s opened an opportunity of your referral"),
    Step.LATE: _("A referral waits for an answer longer than it should"),
    Step.WON: _("A referral of yours closed with success"),
    Step.LOST: _("A referral of yours came to nothing"),
}
WAITS = frozenset({Step.SENT, Step.PASSED, Step.RESENT, Step.LATE})


def _words(facts: Any) -> str:
    return str(WORDS[Step(facts["step"])]) % facts


COMES = register(
    Kind(
        name="referral_waits",
        title=_("Referral to answer"),
        icon="share-3",
        words=_words,
        plain=_("A referral waits for an answer."),
        way=Way(mail=Mail.DIGEST, push=True),
        **PLACE,
    )
)
GOES_ON = register(
    Kind(
        name="referral_goes_on",
        title=pgettext_lazy("notification", "What became of a referral"),
        icon="share-3",
        words=_words,
        plain=_("There is news of a referral of yours."),
        way=Way(mail=Mail.DIGEST),
        **PLACE,
    )
)


def _seen(reader: Reader, numbers: Collection[str]) -> set[str]:
    rows = Referral.objects.visible_to(reader.scopes[Verb.SEE]).filter(pk__in=[int(number) for number in numbers])
    return {str(number) for number in rows.values_list("pk", flat=True)}


readers.register(ABOUT, _seen)


def tell(referral: Referral, what: str, to: Iterable[str | None], by: str | None) -> None:
    """Tells each of some members of staff what happened, a ``ReferralStepKind``; the one who did it is left out."""
    kind = COMES if what in WAITS else GOES_ON
    notify(to=to, kind=kind, about=(ABOUT, referral.pk), facts={"step": str(Step(what).value)}, by=by)
