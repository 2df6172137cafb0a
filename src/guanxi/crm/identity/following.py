"""How the tables of the rooms below follow when two customers turn out to be one; rooms above register their own."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from guanxi.crm.insight.models import CustomerFigure, CustomerMonth
from guanxi.crm.kernel.merging import Follows, How, Layer, register, twin

SHOWN = "t.business_date = ANY (shown_days)"
WITH_PLACE = {"institution_id": "k.institution_id", "manager_id": "k.manager_id"}
TIERS = ("restricted", "premier", "core", "standard", "potential", "")
AML = ("high", "medium", "low", "")
GRADES = ("loss", "doubtful", "substandard", "special_mention", "mention", "normal", "")


def register_all() -> None:
    """Registers staff's arrangements, what is published, notices and this room's own tables."""
    _register_site()
    _register_party()
    _register_holding()
    _register_insight()
    _register_groups()


def _register_site() -> None:
    register(
        Follows(
            table="org_assignment",
            # Who leads is said of the number that stays; of two supports by one person one is enough.
            clash="(t.kind = 'lead' AND t.valid_to IS NULL) OR "
            + twin("org_assignment", "staff_id", when="{0}.kind = 'support' AND {0}.valid_to IS NULL"),
        ),
        Follows(
            table="org_assignmentevent",
            how=How.STAYS,
            why="the history of who looked after whom, by which an earlier day's sight is rebuilt",
        ),
        Follows(
            table="notices_notice",
            made="made_at",
            label="r.kind",
            title=_("Notifications"),
        ),
        Follows(table="identity_decision"),
        Follows(table="identity_decision", column="other_id"),
        Follows(table="identity_kept", key=("party_id", "field"), clash=twin("identity_kept", "field")),
        Follows(table="identity_merge"),
        Follows(table="identity_alias"),
    )


def _register_party() -> None:
    worse = _worse
    register(
        Follows(
            table="identity_record",
            key=("record_id",),
            layer=Layer.OVERLAY,
        ),
        Follows(
            table="identity_field",
            key=("party_id", "field"),
            how=How.ASIDE,
            layer=Layer.OVERLAY,
        ),
        Follows(table="identity_mend", key=("record_id", "field"), layer=Layer.OVERLAY),
        Follows(
            table="party_party",
            column="id",
            how=How.ADDS_UP,
            layer=Layer.OVERLAY,
            sums={
                "restricted": "t.restricted OR g.restricted",
                "aml_risk": worse("aml_risk", AML),
                "opened_on": "least(t.opened_on, g.opened_on)",
                "manager_id": "coalesce(t.manager_id, g.manager_id)",
            },
        ),
        Follows(
            table="party_partyidentifier",
            key=("party_id", "kind", "sequence_no"),
            how=How.ASIDE,
            layer=Layer.OVERLAY,
        ),
        Follows(
            table="party_contactpoint", key=("party_id", "kind", "sequence_no"), how=How.ASIDE, layer=Layer.OVERLAY
        ),
        *_between(
            "party_partyrelation", "party_id", "related_party_id", ("party_id", "related_party_id", "kind"), "kind"
        ),
        Follows(
            table="party_linkedparty",
            key=("kind", "institution_id", "party_id"),
            layer=Layer.OVERLAY,
            clash=twin("party_linkedparty", "kind", "institution_id"),
        ),
        Follows(
            table="party_searchtoken",
            key=("token", "institution_id", "party_id", "kind"),
            layer=Layer.OVERLAY,
            over={"institution_id": "k.institution_id"},
        ),
    )


def _register_holding() -> None:
    register(
        Follows(table="holding_agreement", layer=Layer.OVERLAY),
        Follows(
            table="holding_agreementparty",
            key=("agreement_id", "party_id", "role"),
            layer=Layer.OVERLAY,
            clash=twin("holding_agreementparty", "agreement_id", "role"),
        ),
        Follows(table="holding_event", key=("event_date", "event_id"), layer=Layer.JOURNAL),
    )


def _register_insight() -> None:
    register(
        Follows(
            table="insight_customerfigure",
            key=("business_date", "party_id"),
            how=How.ADDS_UP,
            layer=Layer.OVERLAY,
            only=SHOWN,
            over=WITH_PLACE,
            sums=_figures(),
        ),
        Follows(
            table="insight_agreementfigure",
            key=("business_date", "agreement_id"),
            layer=Layer.OVERLAY,
            only=SHOWN,
        ),
        Follows(
            table="insight_maturity",
            key=("business_date", "agreement_id"),
            layer=Layer.OVERLAY,
            only=SHOWN,
            over=WITH_PLACE,
        ),
        Follows(
            table="insight_alert",
            key=("business_date", "party_id", "reason", "due_on"),
            layer=Layer.OVERLAY,
            only=SHOWN,
            over=WITH_PLACE,
        ),
        Follows(
            table="insight_companylink",
            key=("party_id", "role", "other_key"),
            layer=Layer.OVERLAY,
            clash=twin("insight_companylink", "role", "other_key"),
        ),
        Follows(
            table="insight_companylink",
            column="other_id",
            key=("party_id", "role", "other_key"),
            layer=Layer.OVERLAY,
        ),
        Follows(table="insight_agreementmonth", key=("month", "agreement_id"), layer=Layer.JOURNAL),
        Follows(
            table="insight_customermonth",
            key=("party_id", "month"),
            how=How.ADDS_UP,
            layer=Layer.JOURNAL,
            sums=_added(CustomerMonth, "party", "month", "night"),
        ),
        Follows(
            table="insight_balancechange",
            key=("party_id", "balance_date"),
            how=How.OWN,
            layer=Layer.JOURNAL,
            function="identity_balances",
        ),
        Follows(
            table="insight_tierchange",
            key=("party_id", "night"),
            how=How.ASIDE,
            layer=Layer.JOURNAL,
        ),
        Follows(
            table="insight_movement",
            key=("night", "party_id"),
            how=How.ADDS_UP,
            layer=Layer.JOURNAL,
            sums={
                "assets_change": "t.assets_change + g.assets_change",
                "loan_change": "t.loan_change + g.loan_change",
                "moved": "greatest(abs(t.assets_change + g.assets_change), abs(t.loan_change + g.loan_change))",
            },
        ),
    )


def _register_groups() -> None:
    """Groups and households are found anew each night; until then one of two memberships is enough."""
    register(
        *_between("insight_ownership", "party_id", "owner_id", ("party_id", "owner_id")),
        *_between(
            "insight_guaranteecircle",
            "party_id",
            "guarantor_id",
            ("circle_id", "guarantor_id", "party_id"),
            "circle_id",
        ),
        *(
            Follows(table=table, key=("party_id",), how=How.ASIDE, layer=Layer.OVERLAY)
            for table in ("insight_groupmember", "insight_householdmember")
        ),
    )


def _between(table: str, one: str, other: str, key: tuple[str, ...], *alike: str) -> Iterator[Follows]:
    """A published table whose rows stand between two customers: none remains between a customer and itself."""
    for column, end in ((one, other), (other, one)):
        clash = f"{twin(table, end, *alike, column=column)} OR t.{end} = p.kept"
        yield Follows(table=table, column=column, key=key, layer=Layer.OVERLAY, clash=clash)


def _added(model: type, *besides: str) -> dict[str, str]:
    """Every column added up but those that are the row's key."""
    names = [field.column for field in model._meta.concrete_fields if field.name not in besides]  # type: ignore[attr-defined]
    return {name: f"t.{name} + g.{name}" for name in names}


def _figures() -> dict[str, str]:
    """Amounts and numbers are added up; of what cannot be, the night's own figure follows tomorrow."""
    from django.db.models import DecimalField, IntegerField, SmallIntegerField

    sums: dict[str, str] = {
        str(field.column): f"t.{field.column} + g.{field.column}"
        for field in CustomerFigure._meta.concrete_fields
        if isinstance(field, (DecimalField, IntegerField)) and not isinstance(field, SmallIntegerField)
    }
    higher = f"array_position(ARRAY{list(TIERS)}, g.tier::text) < array_position(ARRAY{list(TIERS)}, t.tier::text)"
    return sums | {
        "trend": "t.trend",
        "product_kinds": "t.product_kinds | g.product_kinds",
        "days_overdue": "greatest(t.days_overdue, g.days_overdue)",
        "months_known": "greatest(t.months_known, g.months_known)",
        "next_maturity": "least(t.next_maturity, g.next_maturity)",
        "restricted": "t.restricted OR g.restricted",
        "opened_on": "least(t.opened_on, g.opened_on)",
        "risk_grade": _worse("risk_grade", GRADES),
        "tier": f"CASE WHEN {higher} THEN g.tier ELSE t.tier END",
        "sub_tier": f"CASE WHEN {higher} THEN g.sub_tier ELSE t.sub_tier END",
        "tier_reason": f"CASE WHEN {higher} THEN g.tier_reason ELSE t.tier_reason END",
        "tier_since": f"CASE WHEN {higher} THEN g.tier_since ELSE t.tier_since END",
        "manager_id": "coalesce(t.manager_id, g.manager_id)",
    }


def _worse(name: str, order: tuple[str, ...]) -> str:
    """The one of two codes that stands first in an order; one that is not in it counts last."""
    words = "ARRAY[" + ", ".join(f"'{word}'" for word in order) + "]"
    place = f"coalesce(array_position({words}, %s.{name}::text), {len(order) + 1})"
    return f"CASE WHEN {place % 'g'} < {place % 't'} THEN g.{name} ELSE t.{name} END"
