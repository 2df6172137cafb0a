"""Hand-overs: what moves from whom to whom, who has signed, and each customer on the way."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.org.models import Institution, Line, Staff
from guanxi.crm.party.models import Party


class State(models.TextChoices):
    """How far a hand-over is."""

    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("Waits for signatures")
    SCHEDULED = "scheduled", _("Signed, waits for its day")
    MOVING = "moving", _("Customers are moving")
    DONE = "done", _("Done")
    RETURNING = "returning", _("Customers are going back")
    RETURNED = "returned", _("Gone back as agreed")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Taken back")


IN_MOTION = (State.MOVING, State.RETURNING, State.UNDOING)


class Pool(models.Model):
    """Grain: one row an institution and line of business: the customers without a lead manager, and the rules for them.

    It holds for the institution and all below it that have no pool of their own. ``capacity`` is the most customers
    that one manager leads there (empty: no limit); ``tier_capacity`` limits single tiers. ``claims_at_once``: a claim
    needs nobody's approval. Who gave a customer back may not claim it again for ``pause_days``.
    """

    institution = models.ForeignKey(
        Institution, models.PROTECT, db_constraint=False, related_name="+", verbose_name=_("institution")
    )
    line = models.CharField(_("line of business"), max_length=16, choices=Line.choices)
    capacity = models.PositiveIntegerField(_("most customers a manager"), null=True, blank=True)
    tier_capacity = models.JSONField(_("most customers of a tier"), default=dict, blank=True)
    claims_at_once = models.BooleanField(_("claims need no approval"), default=False)
    pause_days = models.PositiveSmallIntegerField(_("days before claiming again"), default=30)
    changed_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, db_constraint=False, related_name="+", verbose_name=_("changed by")
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "line"], name="pool_once"),
            models.CheckConstraint(condition=~models.Q(line=Line.BOTH), name="pool_of_one_line"),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.line}"


class PoolRule(models.Model):
    """Grain: one row a pool and kind of rule by which customers fall into it (:mod:`.recycling`).

    A pool without such a row lets the customers of leavers fall into it, and nobody else.
    """

    pool = models.ForeignKey(Pool, models.CASCADE, related_name="rules")
    kind = models.CharField(_("rule"), max_length=16)
    threshold = models.PositiveIntegerField(_("threshold"), default=0)
    is_on = models.BooleanField(_("in force"), default=True)

    class Meta:
        verbose_name = _("rule of a pool")
        verbose_name_plural = _("rules of a pool")
        constraints: ClassVar = [models.UniqueConstraint(fields=["pool", "kind"], name="pool_rule_once")]


@pghistory.track(
    pghistory.UpdateEvent(row=pghistory.Old),
    obj_field=pghistory.ObjForeignKey(related_name="history"),
    fields=["state", "reason", "rule", "kind", "effective_on", "last_day"],
    model_name="HandoverEvent",
    meta={"verbose_name": _("change of a hand-over")},
)
class Handover(models.Model):
    """Grain: one row a hand-over: from one manager, or from nobody, to one or several, or to nobody.

    ``giver`` empty: customers without a lead manager. ``what`` says which customers (see :mod:`.choosing`), ``numbers``
    those that were named one by one; ``rule`` is how they are shared out, ``options`` what the rule needs besides.
    ``summary`` is what the preview said when it was put to signature; ``spread`` the institutions and kinds of customer
    in it. ``version`` counts changes of the draft, so that a preview belongs to what was chosen: ``previewed`` is the
    version that the preview shows, ``asked`` the one that the worker is to preview. ``moved`` and ``skipped`` count
    items as they are worked off, ``back`` and ``kept`` those of the way back. ``told`` is the last state whose
    customers' moves the audit log has been told of.
    """

    class Origin(models.TextChoices):
        ARRANGED = "arranged", _("Arranged")
        CLAIM = "claim", _("Claimed from a pool")
        RETURN = "return", _("Given back to a pool")
        RECYCLING = "recycling", _("Fell into a pool by rule")

    class Kind(models.TextChoices):
        FINAL = "final", _("For good")
        TEMPORARY = "temporary", _("For a time")

    origin = models.CharField(_("came about"), max_length=10, choices=Origin.choices, default=Origin.ARRANGED)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.FINAL)
    giver = models.ForeignKey(
        Staff, models.PROTECT, null=True, blank=True, db_constraint=False, related_name="+", verbose_name=_("from")
    )
    pool = models.ForeignKey(Pool, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("pool"))
    what = models.JSONField(_("which customers"), default=dict)
    numbers = models.TextField(_("customer numbers"), default="", blank=True)
    rule = models.CharField(_("shared out"), max_length=24, default="", blank=True)
    options = models.JSONField(_("options of the rule"), default=dict)
    over_capacity = models.BooleanField(_("beyond the limits"), default=False)
    effective_on = models.DateField(_("takes effect"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200, default="", blank=True)
    summary = models.JSONField(_("preview"), default=dict)
    spread = models.JSONField(_("institutions and kinds"), default=list)
    version = models.IntegerField(default=0)
    previewed = models.IntegerField(null=True)
    asked = models.IntegerField(null=True)
    total = models.IntegerField(_("customers"), default=0)
    moved = models.IntegerField(_("moved"), default=0)
    skipped = models.IntegerField(_("left out"), default=0)
    back = models.IntegerField(_("gone back"), default=0)
    kept = models.IntegerField(_("not gone back"), default=0)
    made_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, db_constraint=False, related_name="+", verbose_name=_("arranged by")
    )
    made_at = models.DateTimeField(_("begun"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("put to signature"), null=True)
    moved_at = models.DateTimeField(_("took effect"), null=True)
    undo_hours = models.PositiveIntegerField(default=0)
    ended_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, db_constraint=False, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True)
    told = models.CharField(max_length=10, default="", db_default="", blank=True)
    said = models.CharField(_("said"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        indexes: ClassVar = [
            models.Index(fields=["state", "effective_on"], name="handover_state"),
            models.Index(fields=["giver", "state"], name="handover_giver"),
            models.Index(fields=["made_by", "-made_at"], name="handover_made_by"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="draft")
                | (models.Q(kind="temporary") & models.Q(last_day__gte=models.F("effective_on")))
                | (models.Q(kind="final") & models.Q(last_day__isnull=True)),
                name="handover_temporary_has_a_last_day",
                violation_error_message=_("Say the last day; it cannot lie before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class Receiver(models.Model):
    """Grain: one row a hand-over and member of staff to whom customers go, in an order that decides ties."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="receivers")
    staff = models.ForeignKey(Staff, models.PROTECT, db_constraint=False, related_name="+", verbose_name=_("to"))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("receiver")
        verbose_name_plural = _("receivers")
        constraints: ClassVar = [models.UniqueConstraint(fields=["handover", "staff"], name="receiver_once")]


class Signature(models.Model):
    """Grain: one row a side of a hand-over that agreed: the giver's, or one receiver's.

    Nobody signs twice, so nobody signs for both sides; a receiver's side is signed by the receiver alone.
    """

    append_only: ClassVar = True

    class Side(models.TextChoices):
        GIVER = "giver", _("giving")
        RECEIVER = "receiver", _("receiving")

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="signatures")
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    staff = models.ForeignKey(
        Staff, models.PROTECT, null=True, db_constraint=False, related_name="+", verbose_name=_("for")
    )
    signed_by = models.ForeignKey(
        Staff, models.PROTECT, db_constraint=False, related_name="+", verbose_name=_("signed by")
    )
    signed_at = models.DateTimeField(_("signed"), auto_now_add=True)
    version = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["handover", "signed_by"],
                name="signature_once_a_person",
                violation_error_message=_("You have signed this hand-over already."),
            ),
            models.UniqueConstraint(
                fields=["handover", "side", "staff"],
                name="signature_once_a_side",
                nulls_distinct=False,
                violation_error_message=_("This side has signed already."),
            ),
            models.CheckConstraint(
                condition=models.Q(side="giver") | models.Q(staff=models.F("signed_by")),
                name="signature_of_the_receiver",
                violation_error_message=_("Whoever receives customers signs in person."),
            ),
        ]


class Item(models.Model):
    """Grain: one row a hand-over and customer: from whom, to whom, and how far."""

    scope_paths: ClassVar = ScopePaths(institution="party__institution_id", manager="party__manager_id")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        MOVED = "moved", _("moved")
        SKIPPED = "skipped", _("left out: somebody else looks after the customer by now")
        BACK = "back", _("gone back")
        KEPT = "kept", _("not gone back: handed on since")

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="items")
    party = models.ForeignKey(Party, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    giver = models.CharField(_("from"), max_length=32, default="", blank=True)
    receiver = models.CharField(_("to"), max_length=32, default="", blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PLANNED)
    moved_at = models.DateTimeField(_("moved at"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("customer of a hand-over")
        verbose_name_plural = _("customers of a hand-over")
        indexes: ClassVar = [
            models.Index(fields=["party", "handover"], name="handover_item_party"),
            models.Index(fields=["handover", "state", "id"], name="handover_item_state"),
        ]
        constraints: ClassVar = [models.UniqueConstraint(fields=["handover", "party"], name="handover_item_once")]
