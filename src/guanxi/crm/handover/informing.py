"""Tells those whom a hand-over concerns: that it waits for them, that it was carried out, that it is off."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from guanxi.crm.handover.models import Handover, State
from guanxi.crm.handover.signing import covers, is_away
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.notices import readers
from guanxi.crm.notices.kinds import Kind, Way, register
from guanxi.crm.notices.models import Mail
from guanxi.crm.notices.readers import Reader
from guanxi.crm.notices.services import notify

ABOUT = "handover"
PLACE: dict[str, Any] = {"place": "handover", "given": ("about_id",)}
DONE_WORDS = {State.RETURNED: "back", State.UNDONE: "undone"}


def _waits(facts: Any) -> str:
    return (
        ngettext(
            "%(who)s puts a hand-over of %(number)s customer to your signature",
            "%(who)s puts a hand-over of %(number)s customers to your signature",
            facts["number"],
        )
        % facts
    )


def _done(facts: Any) -> str:
    number = facts["number"]
    if facts["step"] == "undone":
        words = ngettext("A hand-over was undone: %(number)s customer is back with %(who)s",
                         "A hand-over was undone: %(number)s customers are back with %(who)s", number)  # fmt: skip
    elif facts["step"] == "back":
        words = ngettext("A hand-over for a time has ended: %(number)s customer is back with %(who)s",
                         "A hand-over for a time has ended: %(number)s customers are back with %(who)s",
                         number)  # fmt: skip
    else:
        words = ngettext("A hand-over is carried out: %(number)s customer of %(who)s",
                         "A hand-over is carried out: %(number)s customers of %(who)s", number)  # fmt: skip
    return words % facts


WAITS = register(
    Kind(
        name="handover_waits",
        title=_("Hand-over to sign"),
        icon="arrows-exchange",
        words=_waits,
        plain=_("A hand-over waits for your signature."),
        way=Way(mail=Mail.DIGEST, push=True),
        **PLACE,
    )
)
DONE = register(
    Kind(
        name="handover_done",
        title=_("Hand-over carried out"),
        icon="arrows-exchange",
        words=_done,
        plain=_("A hand-over that concerns you was carried out."),
        way=Way(mail=Mail.DIGEST),
        **PLACE,
    )
)
OFF = register(
    Kind(
        name="handover_off",
        title=_("Hand-over refused or taken back"),
        icon="arrows-exchange",
        words=lambda facts: str(_("%(who)s refused a hand-over") if facts["step"] == State.REFUSED
                                else _("%(who)s took a hand-over back")) % facts,
        plain=_("A hand-over that concerns you does not take place."),
        **PLACE,
    )
)  # fmt: skip


def _seen(reader: Reader, numbers: Collection[str]) -> set[str]:
    """The hand-overs that concern somebody: arranged, giving, receiving, or all within what they may assign."""
    me, scope = reader.staff.pk, reader.scopes[Verb.ASSIGN]
    seen = set()
    for one in Handover.objects.filter(pk__in=[int(number) for number in numbers]).prefetch_related("receivers"):
        mine = me in {one.made_by_id, one.giver_id, *(other.staff_id for other in one.receivers.all())}
        if mine or (one.state != State.DRAFT and covers(scope, one)):
            seen.add(str(one.pk))
    return seen


readers.register(ABOUT, _seen)


def _sides(one: Handover) -> list[str | None]:
    return [one.giver_id, *one.receivers.order_by("pk").values_list("staff_id", flat=True)]


def tell_of_waiting(one: Handover, *, by: str) -> None:
    """Whoever signs in person learns that a hand-over waits for them."""
    giver, *rest = _sides(one)
    if one.giver is not None and is_away(one.giver, today=timezone.localdate()):
        giver = None
    notify(to=[giver, *rest], kind=WAITS, about=(ABOUT, one.pk), facts={"number": one.total}, by=by)


def tell_of_end(one: Handover, *, by: str) -> None:
    """Whoever was asked for a signature, and who arranged it, learn that it does not take place."""
    if one.submitted_at is not None:
        notify(to=[one.made_by_id, *_sides(one)], kind=OFF, about=(ABOUT, one.pk), facts={"step": one.state}, by=by)


def tell_of_move(one: Handover, *, customers: int) -> None:
    """All sides learn that customers changed hands, or came back."""
    step = DONE_WORDS.get(State(one.state), "") if one.told else ""
    facts = {"number": customers, "who": one.giver_id or "", "step": step}
    notify(to=[one.made_by_id, *_sides(one)], kind=DONE, about=(ABOUT, one.pk), facts=facts)
