"""Opportunities: what a customer may buy, how far it has come, who works on it, and at what price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.holding.models import Product
from guanxi.crm.kernel.scope import ScopedManager, ScopePaths
from guanxi.crm.org.models import Institution
from guanxi.crm.party.models import Party
from guanxi.crm.sales.models.leads import Lead
from guanxi.crm.sales.models.pipelines import STAFF, CloseReason, Pipeline, Stage
from guanxi.crm.sales.opportunity_codes import Decision, Origin, Part, State

# Whose manager sees it is the customer's affair, at once. The institution is kept beside: hundreds of thousands of rows
# are summed by it, and customers change theirs only by a night, after which a job follows within minutes.
# A prospect's has no customer yet: it is seen as the prospect is.
PATHS = ScopePaths(institution="institution_id", manager="party__manager_id", before="lead", apart=True)
HISTORY = ScopePaths(institution="institution_id", manager="party__manager_id", before="lead")
# What hangs on an opportunity is seen with it.
PARTS = ScopePaths(
    institution="opportunity__institution_id",
    manager="opportunity__party__manager_id",
    record="opportunity__party_id",
    kind="opportunity__party__kind",
    before="opportunity__lead",
)
PUBLISHED: dict[str, Any] = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False}
CNY = "CNY"


class Opportunity(models.Model):
    """Grain: one row a customer, or a prospect who is none yet, and thing that they may buy.

    ``party`` is the customer; None as long as the prospect (``lead``) has no number of the core banking system.
    ``amount`` is in ``currency``, ``amount_cny`` the same in CNY at the published rate of the day it was entered;
    ``contribution`` is what its products are expected to bring in the first twelve months, CNY, summed from theirs.
    ``owner`` leads it; ``follows``: it goes with the customer, so whoever looks after the customer leads it.
    ``institution`` is the customer's, kept here for sums and for sight by post; a job brings it up to date.
    ``stage_since``: in this stage since then. ``key`` is made by the page that asks to open it, so that asking twice
    opens one. ``version`` counts changes of it and of its parts: whoever saves says which they saw.
    """

    scope_paths: ClassVar = PATHS

    key = models.UUIDField(editable=False)
    party = models.ForeignKey(Party, **PUBLISHED, null=True, blank=True, related_name="+", verbose_name=_("customer"))
    lead = models.ForeignKey(
        Lead, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("prospect")
    )
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="+", db_index=False, verbose_name=_("pipeline"))
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", db_index=False, verbose_name=_("stage"))
    state = models.CharField(_("state"), max_length=4, choices=State.choices, default=State.OPEN)
    title = models.CharField(_("title"), max_length=120)
    need = models.TextField(_("what the customer needs"), max_length=2_000, default="", blank=True)
    decider = models.CharField(_("who decides"), max_length=120, default="", blank=True)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default=CNY)
    amount_cny = models.DecimalField(_("amount in CNY"), max_digits=18, decimal_places=2, default=0)
    term_days = models.PositiveIntegerField(_("term in days"), null=True, blank=True)
    contribution = models.DecimalField(_("expected contribution"), max_digits=18, decimal_places=2, default=0)
    expected_on = models.DateField(_("expected close"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("led by"), **STAFF)
    follows = models.BooleanField(_("goes with the customer"), default=False)
    institution = models.ForeignKey(Institution, **PUBLISHED, related_name="+", verbose_name=_("institution"))
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices, default=Origin.HAND)
    origin_id = models.CharField(_("number of the origin"), max_length=40, default="", blank=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("opened by"), **STAFF)
    stage_since = models.DateTimeField(_("in this stage since"), default=timezone.now)
    closed_on = models.DateField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("closed by"), **STAFF)
    reason = models.ForeignKey(
        CloseReason, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("reason")
    )
    reason_text = models.CharField(_("reason in words"), max_length=500, default="", blank=True)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        indexes: ClassVar = [
            models.Index(fields=["party", "state", "expected_on"], name="opportunity_party"),
            # Lists go by (sort, key) in one direction.
            models.Index(fields=["expected_on", "id"], condition=models.Q(state="open"), name="opportunity_open_due"),
            models.Index(fields=["-amount_cny", "-id"], name="opportunity_amount"),
            models.Index(fields=["-changed_at", "-id"], name="opportunity_changed"),
            models.Index(fields=["lead"], condition=models.Q(lead__isnull=False), name="opportunity_lead"),
            # A column of the board.
            models.Index(fields=["stage", "expected_on", "id"], name="opportunity_stage"),
            models.Index(fields=["owner", "expected_on", "id"], name="opportunity_owner"),
            # What was closed lately, of a column of the board.
            models.Index(
                fields=["stage", "closed_on"],
                include=["institution", "amount_cny", "contribution", "party"],
                condition=~models.Q(state="open"),
                name="opportunity_closed",
            ),
            # What is late, and sums of single institutions, answered by these alone.
            models.Index(
                fields=["institution", "expected_on"],
                include=["stage", "amount_cny", "contribution", "party", "owner"],
                condition=models.Q(state="open"),
                name="opportunity_open_sums",
            ),
            models.Index(
                fields=["institution", "closed_on"],
                include=["stage", "amount_cny", "contribution", "party"],
                condition=models.Q(state="won"),
                name="opportunity_won",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["opened_by", "key"], name="opportunity_once"),
            models.CheckConstraint(
                condition=models.Q(state=State.OPEN, closed_on__isnull=True)
                | ~models.Q(state=State.OPEN) & models.Q(closed_on__isnull=False),
                name="opportunity_closed_on_a_day",
                violation_error_message=_("What is won or lost was so on a day, what is open was not."),
            ),
            models.CheckConstraint(
                condition=models.Q(party__isnull=False) | models.Q(lead__isnull=False),
                name="opportunity_is_somebodys",
                violation_error_message=_("An opportunity has a customer or a prospect."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0),
                name="opportunity_amount_not_negative",
                violation_error_message=_("An amount is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it is neither won nor lost."""
        return self.state == State.OPEN

    @property
    def whose(self) -> str:
        """The name of the customer, or of the prospect."""
        found: Any = self.party or self.lead
        return str(found.name)


class OpportunityEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        Opportunity,
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(row=pghistory.Old),
        obj_field=pghistory.ObjForeignKey(related_name="history"),
    )
):
    """Grain: one row a change of an opportunity: what stood there before. Written by triggers, scoped alike."""

    scope_paths: ClassVar = HISTORY

    objects = ScopedManager()

    class Meta:
        verbose_name = _("change of an opportunity")
        verbose_name_plural = _("changes of opportunities")


class OpportunityProduct(models.Model):
    """Grain: one row a product within an opportunity, in its currency.

    ``price`` is the rate a year that the customer is offered (for fee business the fee rate), as a fraction;
    ``reference`` the published one at that time, ``floor`` up to where it needs no approval (None: nothing is
    published). ``contribution`` is computed from the product's margin of ``margin_month`` (None: none is published).
    """

    scope_paths: ClassVar = PARTS

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="products", verbose_name=_("opportunity"))
    product = models.ForeignKey(Product, **PUBLISHED, related_name="+", verbose_name=_("product"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, default=0)
    quantity = models.PositiveIntegerField(_("accounts"), default=1)
    term_days = models.PositiveIntegerField(_("term in days"), null=True, blank=True)
    price = models.DecimalField(_("price"), max_digits=9, decimal_places=6, null=True, blank=True)
    reference = models.DecimalField(_("published price"), max_digits=9, decimal_places=6, null=True, blank=True)
    floor = models.DecimalField(_("floor"), max_digits=9, decimal_places=6, null=True, blank=True)
    below_floor = models.BooleanField(_("beyond the floor"), default=False)
    contribution = models.DecimalField(_("expected contribution"), max_digits=18, decimal_places=2, null=True)
    margin_month = models.DateField(_("margin of"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("product of an opportunity")
        verbose_name_plural = _("products of opportunities")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["opportunity", "product"],
                name="opportunity_product_once",
                violation_error_message=_("This product is there already."),
            ),
            models.CheckConstraint(
                condition=models.Q(amount__gte=0),
                name="opportunity_product_amount_not_negative",
                violation_error_message=_("An amount is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id}"  # type: ignore[attr-defined]


SHARES_SUM = """
SELECT coalesce(sum(share), 100) INTO total FROM sales_opportunitymember
WHERE opportunity_id = coalesce(NEW.opportunity_id, OLD.opportunity_id);
IF total <> 100 THEN
    RAISE EXCEPTION 'the shares of an opportunity come to %, not 100', total USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


class OpportunityMember(models.Model):
    """Grain: one row an opportunity and member of staff who works on it. Shares of the credit, in percent, come to
    100 over the team: the database holds that at the end of each transaction.
    """

    scope_paths: ClassVar = PARTS

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="members", verbose_name=_("opportunity"))
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("staff"), **STAFF)
    part = models.CharField(_("part"), max_length=12, choices=Part.choices, default=Part.SUPPORT)
    share = models.DecimalField(_("share in percent"), max_digits=5, decimal_places=2, default=Decimal(0))

    objects = ScopedManager()

    class Meta:
        verbose_name = _("member of a team")
        verbose_name_plural = _("members of teams")
        indexes: ClassVar = [models.Index(fields=["staff"], name="opportunity_member_staff")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["opportunity", "staff"],
                name="opportunity_member_once",
                violation_error_message=_("This person is in the team already."),
            ),
            models.CheckConstraint(
                condition=models.Q(share__gte=0, share__lte=100),
                name="opportunity_member_share",
                violation_error_message=_("A share lies between 0 and 100 %."),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="shares_come_to_a_hundred",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                declare=[("total", "numeric")],
                func=SHARES_SUM,
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.share}"  # type: ignore[attr-defined]


class Competitor(models.Model):
    """Grain: one row an opportunity and other bank that wants it. ``won``: it went there."""

    scope_paths: ClassVar = PARTS

    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, related_name="competitors", verbose_name=_("opportunity")
    )
    name = models.CharField(_("name"), max_length=80)
    offer = models.CharField(_("what they offer"), max_length=200, default="", blank=True)
    won = models.BooleanField(_("it went there"), default=False)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["opportunity", "name"],
                name="competitor_once",
                violation_error_message=_("This competitor is there already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class StageMove(models.Model):
    """Grain: one row a move of an opportunity from a stage (none: it was opened) to another. Only added to.

    ``stood_since`` is since when it had stood in the stage it left; ``version`` what the opportunity had become with
    the move, ``pipeline_version`` and ``probability`` what held then. ``undoes``: it takes that move back.
    """

    append_only: ClassVar = True
    scope_paths: ClassVar = PARTS

    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="moves", verbose_name=_("opportunity"))
    from_stage = models.ForeignKey(
        Stage, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("from")
    )
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", db_index=False, verbose_name=_("to"))
    at = models.DateTimeField(_("when"), default=timezone.now)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("by"), **STAFF)
    stood_since = models.DateTimeField(_("stood there since"), null=True)
    version = models.PositiveIntegerField(_("version"))
    pipeline_version = models.PositiveIntegerField(_("version of the pipeline"))
    probability = models.PositiveSmallIntegerField(_("probability in percent"))
    undoes = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="undone_by", verbose_name=_("takes back")
    )

    objects = ScopedManager()

    class Meta:
        verbose_name = _("move of an opportunity")
        verbose_name_plural = _("moves of opportunities")

    def __str__(self) -> str:
        return f"{self.from_stage_id} → {self.to_stage_id}"  # type: ignore[attr-defined]


class PriceApproval(models.Model):
    """Grain: one row a request to sell a product of an opportunity at a price beyond its floor.

    It holds for that product, price, amount and term; who decides is somebody else than who asked.
    """

    scope_paths: ClassVar = PARTS

    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, related_name="approvals", verbose_name=_("opportunity")
    )
    product = models.ForeignKey(Product, **PUBLISHED, related_name="+", verbose_name=_("product"))
    price = models.DecimalField(_("price"), max_digits=9, decimal_places=6)
    floor = models.DecimalField(_("floor"), max_digits=9, decimal_places=6)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    term_days = models.PositiveIntegerField(_("term in days"), null=True)
    contribution = models.DecimalField(_("expected contribution"), max_digits=18, decimal_places=2, null=True)
    why = models.CharField(_("why"), max_length=500)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("asked by"), **STAFF)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision.choices, default=Decision.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("decided by"), **STAFF)
    decided_at = models.DateTimeField(_("decided"), null=True)
    said = models.CharField(_("remark"), max_length=500, default="", blank=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("approval of a price")
        verbose_name_plural = _("approvals of prices")
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=models.Q(decision="waiting"), name="price_approval_waiting")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["opportunity", "product"],
                condition=models.Q(decision="waiting"),
                name="price_approval_one_waits",
                violation_error_message=_("An approval of this price is waiting already."),
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("asked_by")),
                name="price_approval_by_somebody_else",
                violation_error_message=_("Nobody approves a price that they asked for themselves."),
            ),
            models.CheckConstraint(
                condition=models.Q(decision=Decision.WAITING, decided_by__isnull=True, decided_at__isnull=True)
                | ~models.Q(decision=Decision.WAITING) & models.Q(decided_by__isnull=False, decided_at__isnull=False),
                name="price_approval_decided_by_somebody",
                violation_error_message=_("A decision is somebody's."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.price}"  # type: ignore[attr-defined]
