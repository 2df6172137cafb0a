"""What the night published of the cast's companies: industries by institution, and who stands around a company."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from guanxi.crm.insight.models import (
    CompanyLink,
    CustomerFigure,
    GroupMember,
    GuaranteeCircle,
    HouseholdMember,
    IndustryFigure,
    IndustryMonth,
    Ownership,
)
from guanxi.crm.party.models import Party, PartyRelation
from tests.cast.bank import DAY
from tests.cast.figures import totals
from tests.cast.holdings import MONTHS, Held

ZERO = Decimal(0)
STRANGER = "宁波远洋原料有限公司"
BAD = ("substandard", "doubtful", "loss")
OF_KIND = {"shareholder": "owner", "controller": "owner", "legal_representative": "manager", "executive": "manager"}


def industry_figures(figures: list[CustomerFigure]) -> list[IndustryFigure]:
    """One an institution and industry, as the mart sums them."""
    groups: dict[tuple[str, str], list[CustomerFigure]] = defaultdict(list)
    for figure in figures:
        if figure.kind == "organisation":
            groups[figure.institution_id, figure.industry].append(figure)
    made = []
    for (institution, industry), rows in sorted(groups.items()):
        held = [row for row in rows if row.product_count]
        late = [row for row in rows if row.days_overdue]
        made.append(
            IndustryFigure(
                business_date=DAY,
                institution_id=institution,
                industry=industry,
                kind="organisation",
                customers=len(held),
                prospects=len(rows) - len(held),
                overdue=len(late),
                overdue_loan=sum((row.loan for row in late), ZERO),
                mention_loan=sum((row.loan for row in rows if row.risk_grade == "special_mention"), ZERO),
                bad_loan=sum((row.loan for row in rows if row.risk_grade in BAD), ZERO),
                without_deposit=sum(not row.product_kinds & 3 for row in held),
                without_loan=sum(not row.product_kinds & 4 for row in held),
                without_settlement=sum(not row.product_kinds & 128 for row in held),
                without_payroll=sum(not row.payroll_staff for row in held),
                **{
                    name: sum((getattr(row, name) for row in rows), ZERO)
                    for name in ("deposit", "loan", "wealth", "contribution_r12")
                },
            )
        )
    return made


def industry_months(figures: list[CustomerFigure], by_party: dict[str, list[Held]]) -> list[IndustryMonth]:
    """One a closed month, institution and industry."""
    of = {figure.party_id: (figure.institution_id, figure.industry) for figure in figures if figure.industry}
    made = []
    for step, month in enumerate(MONTHS):
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for party_id, where in of.items():
            if by_party[party_id]:
                groups[where].append(party_id)
        for (institution, industry), party_ids in sorted(groups.items()):
            ends = [totals(by_party[party_id], "end", step) for party_id in party_ids]
            made.append(
                IndustryMonth(
                    month=month,
                    night=DAY,
                    institution_id=institution,
                    industry=industry,
                    kind="organisation",
                    customers=len(party_ids),
                    contribution=ZERO,
                    **{f"{name}_end": sum((end[name] for end in ends), ZERO) for name in ("deposit", "loan", "wealth")},
                )
            )
    return made


def company_links(parties: list[Party], relations: list[PartyRelation]) -> list[CompanyLink]:
    """Around the first company: whom relations name, a supplier of the outsider's, and one that is no customer."""
    known = {party.id: party for party in parties}
    company = next(party for party in parties if party.kind == "organisation")
    elsewhere = next(party for party in parties if party.kind == "organisation" and party.manager_id == "1211")
    found: dict[tuple[str, str, str], CompanyLink] = {}

    def add(party_id: str, role: str, other_id: str, name: str = "", paid: int = 0, **more: object) -> None:
        key = other_id or f"name:{name}"
        row = found.setdefault(
            (party_id, role, key),
            CompanyLink(party_id=party_id, role=role, other_key=key, other_id=other_id, other_name=name,
                        amount_year=Decimal(paid), amount_last_year=ZERO, times=2 if paid else 0,
                        last_on=DAY if paid or role == "staff" else None),
        )  # fmt: skip
        for field, value in more.items():
            setattr(row, field, value)

    for one in relations:
        if one.kind in OF_KIND:
            add(one.related_party_id, OF_KIND[one.kind], one.party_id, share=one.share)
        elif one.kind == "employer":
            add(one.party_id, "staff", one.related_party_id, times=6)
        elif one.kind == "supplier":
            add(one.related_party_id, "supplier", one.party_id, known[one.party_id].name, 800_000)
    add(company.id, "supplier", elsewhere.id, elsewhere.name, 450_000)
    add(company.id, "buyer", "", STRANGER, 1_200_000)
    outside = next(party for party in parties if party.manager_id == "1211" and party.kind == "person")
    add(company.id, "staff", outside.id, times=6)
    return sorted(found.values(), key=lambda row: (row.party_id, row.role, row.other_key))


def groups(
    parties: list[Party],
) -> tuple[list[Ownership], list[GroupMember], list[GuaranteeCircle], list[HouseholdMember]]:
    """The last two companies: one owns the other, and they guarantee each other; the last two persons live together."""
    upper, lower = [party for party in parties if party.kind == "organisation"][-2:]
    couple = [party for party in parties if party.kind == "person"][-2:]
    share = Decimal("0.600000")
    return (
        [
            Ownership(party_id=lower.id, owner_id=upper.id, owner_kind="organisation", direct_share=share,
                      effective_share=share, control_share=share, controls=True, is_beneficial=False)
        ],
        [GroupMember(party_id=one.id, group_id=upper.id, parent_id=upper.id) for one in (upper, lower)],
        [
            GuaranteeCircle(circle_id=min(upper.id, lower.id), guarantor_id=one.id, party_id=other.id,
                            amount=Decimal(2_000_000), agreements=1)
            for one, other in ((upper, lower), (lower, upper))
        ],
        [
            HouseholdMember(party_id=one.id, household_id=couple[0].id, probability=Decimal("0.950000"),
                            by_relation=True, by_account=False, by_address=False)
            for one in couple
        ],
    )  # fmt: skip
