"""Referrals: somebody whom one member of staff passes to another, across lines, branches and channels."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.kernel.sealed import SealedCharField
from guanxi.crm.org.models import Institution
from guanxi.crm.party.models import Party, PartyKind
from guanxi.crm.sales.lead_codes import LeadProduct
from guanxi.crm.sales.models.leads import STAFF
from guanxi.crm.sales.referral_codes import ReferralState, ReferralStepKind, ReferralWay

MOST_SHARE = Decimal(50)
PLACE: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}
# Seen where it goes (institution, taker, who supports the customer), and by whoever sent it.
PATHS = ScopePaths(institution="institution_id", manager="taker_id", kind="kind", people=("referrer_id",))


class Referral(models.Model):
    """Grain: one row an occasion that somebody passes on. It is about a customer (``party``), or about somebody who is
    none yet: ``name`` is what the sender called them, ``phone`` (encrypted) how to reach them.

    ``institution`` and ``taker`` are where it goes; without a taker anybody there may take it. ``answer_by`` is when it
    must have been answered, by working hours; ``late_at`` when somebody was told that it was not. ``share`` is the
    sender's part of the credit, in percent. ``amount`` is what it may be about, ``won_amount`` what came of it, both
    CNY. ``lead_id`` and ``opportunity_id`` are what was made of it; an opportunity's end is the referral's. ``key`` is
    made by the form, so that sending twice sends once; ``version`` counts changes: whoever answers says which they saw.
    """

    scope_paths: ClassVar = PATHS

    key = models.UUIDField(editable=False)
    way = models.CharField(_("way"), max_length=12, choices=ReferralWay.choices)
    kind = models.CharField(_("kind"), max_length=16, choices=PartyKind.choices)
    party = models.ForeignKey(Party, null=True, blank=True, verbose_name=_("customer"), **PLACE)
    name = models.CharField(_("name"), max_length=200)
    phone = SealedCharField(
        _("phone"), max_length=40, default="", blank=True, label="sales_referral.phone", key=("key",)
    )
    product = models.CharField(_("interest"), max_length=16, choices=LeadProduct.choices)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    text = models.TextField(_("note"), max_length=1_000, default="", blank=True)
    referrer = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("sent by"), **STAFF)
    referrer_id: str
    from_institution = models.ForeignKey(Institution, verbose_name=_("from"), **PLACE)
    institution = models.ForeignKey(Institution, verbose_name=_("to"), **PLACE)
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, verbose_name=_("taker"), **STAFF)
    taker_id: str | None
    state = models.CharField(_("state"), max_length=10, choices=ReferralState.choices, default=ReferralState.WAITING)
    share = models.DecimalField(_("sender's share in percent"), max_digits=5, decimal_places=2)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    answer_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    late_at = models.DateTimeField(_("told of as overdue"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    said = models.CharField(_("reason"), max_length=300, default="", blank=True)
    lead_id = models.BigIntegerField(_("lead"), null=True, blank=True)
    opportunity_id = models.BigIntegerField(_("opportunity"), null=True, blank=True)
    won_amount = models.DecimalField(_("won amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        indexes: ClassVar = [
            models.Index(fields=["taker", "-sent_at", "-id"], name="referral_taker"),
            models.Index(fields=["referrer", "-sent_at", "-id"], name="referral_referrer"),
            models.Index(fields=["institution", "-sent_at", "-id"], name="referral_institution"),
            models.Index(fields=["-sent_at", "-id"], name="referral_sent"),
            models.Index(fields=["party"], condition=models.Q(party__isnull=False), name="referral_party"),
            models.Index(fields=["answer_by"], condition=models.Q(state="waiting"), name="referral_clock"),
            models.Index(
                fields=["opportunity_id"],
                condition=models.Q(state="accepted", opportunity_id__isnull=False),
                name="referral_opportunity",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referrer", "key"], name="referral_once"),
            models.CheckConstraint(
                condition=models.Q(share__gte=0, share__lte=MOST_SHARE),
                name="referral_share",
                violation_error_message=_("The sender's share lies between 0 and 50 %."),
            ),
            models.CheckConstraint(
                condition=models.Q(state=ReferralState.WAITING, answer_by__isnull=False)
                | ~models.Q(state=ReferralState.WAITING),
                name="referral_waits_with_a_deadline",
                violation_error_message=_("What waits for an answer has a deadline."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state=ReferralState.ACCEPTED) | models.Q(taker__isnull=False),
                name="referral_accepted_by_somebody",
                violation_error_message=_("What is accepted is somebody's."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0),
                name="referral_amount_not_negative",
                violation_error_message=_("An amount is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


BEHIND = ScopePaths(
    institution="referral__institution_id",
    manager="referral__taker_id",
    record="referral__party_id",
    kind="referral__kind",
    people=("referral__referrer_id",),
)


class ReferralStep(models.Model):
    """Grain: one row a thing that happened to a referral, in its order: the path. Only added to.

    ``by`` did it (nobody: the clock, or the opportunity's end); from ``giver`` at ``from_institution`` it went to
    ``taker`` (nobody: whoever takes it) at ``institution``.
    """

    append_only: ClassVar = True
    scope_paths: ClassVar = BEHIND

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="steps", verbose_name=_("referral"))
    kind = models.CharField(_("what"), max_length=12, choices=ReferralStepKind.choices)
    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("by"), **STAFF)
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("from"), **STAFF)
    taker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("to"), **STAFF)
    institution = models.ForeignKey(Institution, null=True, verbose_name=_("institution"), **PLACE)
    text = models.CharField(_("said"), max_length=300, default="", blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("step of a referral")
        verbose_name_plural = _("steps of referrals")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class ReferralCredit(models.Model):
    """Grain: one row a referral that closed with success and member of staff who has a part in it: shares in percent
    that come to 100, and that part of what was won, CNY, to the cent. Written once.
    """

    append_only: ClassVar = True
    scope_paths: ClassVar = BEHIND

    referral = models.ForeignKey(Referral, models.CASCADE, related_name="credits", verbose_name=_("referral"))
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("staff"), **STAFF)
    institution = models.ForeignKey(Institution, null=True, verbose_name=_("institution"), **PLACE)
    share = models.DecimalField(_("share in percent"), max_digits=5, decimal_places=2)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("credit of a referral")
        verbose_name_plural = _("credits of referrals")
        indexes: ClassVar = [models.Index(fields=["staff"], name="referral_credit_staff")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referral", "staff"], name="referral_credit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.share}"  # type: ignore[attr-defined]
