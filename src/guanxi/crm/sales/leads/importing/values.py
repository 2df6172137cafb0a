"""A line of a file as a lead's details, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.lead_codes import LeadProduct
from guanxi.crm.sales.leads.folding import fold, looks_like_an_identifier
from guanxi.crm.sales.leads.services import Details, problems_of

KINDS = {
    PartyKind.PERSON: ("person", "个人", "对私", "零售", "自然人", "个人客户"),
    PartyKind.ORGANISATION: (
        "organisation",
        "company",
        "firm",
        "企业",
        "对公",
        "公司",
        "单位",
        "机构",
        "法人",
        "企业客户",
    ),
}
PRODUCTS = {
    LeadProduct.DEPOSIT: ("deposit", "存款", "定期", "大额存单", "储蓄"),
    LeadProduct.LOAN: ("loan", "贷款", "融资", "授信", "经营贷", "按揭", "房贷"),
    LeadProduct.WEALTH: ("wealth", "理财", "财富", "基金", "保险", "资管"),
    LeadProduct.SETTLEMENT: ("settlement", "结算", "开户", "收单", "现金管理"),
    LeadProduct.CARD: ("card", "信用卡", "银行卡", "借记卡"),
    LeadProduct.PAYROLL: ("payroll", "代发", "工资"),
}
LONGEST = {"name": 200, "contact_name": 120, "phone": 40, "identifier": 64, "city": 60, "source_detail": 120}
UNITS = {"万": Decimal(10_000), "亿": Decimal(100_000_000), "千": Decimal(1_000)}
_AMOUNT = re.compile(r"[¥￥]?\s*(-?[\d,，]+(?:\.\d+)?)\s*([万亿千]?)元?")
_INDUSTRY = re.compile(r"[A-Ta-t]?\d{2,4}|[A-Ta-t]")
MOST = Decimal("9999999999999")


@dataclass(frozen=True, slots=True)
class Places:
    """Where leads of a file may go: ``institutions`` by number and by name, ``managers`` by number with theirs."""

    default: str
    institutions: Mapping[str, str] = field(default_factory=dict)
    managers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Read:
    """One line as read: the details, where it goes, and the first thing wrong with it as (field, message)."""

    details: Details
    institution_id: str
    manager_id: str | None
    wrong: tuple[str, str] | None


class Reader:
    """Reads lines by a mapping. ``kind`` is that of lines which do not say theirs, empty where it is told by names."""

    def __init__(self, mapping: Mapping[str, str], places: Places, *, kind: str, source: str, detail: str) -> None:
        self.columns = [(int(place), name) for place, name in mapping.items()]
        self.places, self.kind, self.source, self.detail = places, kind, source, detail

    def read(self, cells: Sequence[str]) -> Read:
        """One line; what is wrong is said in the reader's language."""
        found = {name: cells[place] if place < len(cells) else "" for place, name in self.columns}
        wrong: list[tuple[str, str]] = []
        values: dict[str, Any] = {
            name: found.get(name, "")[: LONGEST.get(name, 2_000)]
            for name in ("name", "contact_name", "phone", "identifier", "city", "text")
        }
        for name, most in LONGEST.items():
            if len(found.get(name, "")) > most:
                wrong.append((name, _("Longer than %(most)s characters.") % {"most": most}))
        values["kind"] = self._kind(found, wrong)
        values["product"] = _among(PRODUCTS, found.get("product", ""))
        values["amount"] = _amount(found.get("amount", ""), wrong)
        values["industry_code"] = _industry(found.get("industry_code", ""), wrong)
        values["source_detail"] = found.get("source_detail", "") or self.detail
        details = Details(source=self.source, **values)
        institution, manager = self._place(found, wrong)
        wrong += problems_of(details)
        return Read(details, institution, manager, wrong[0] if wrong else None)

    def _kind(self, found: Mapping[str, str], wrong: list[tuple[str, str]]) -> str:
        said = found.get("kind", "")
        if said:
            kind = _among(KINDS, said)
            if not kind:
                wrong.append(("kind", _("Say whether it is a person or a firm.")))
            return kind or PartyKind.PERSON
        if self.kind:
            return self.kind
        identifier, name = found.get("identifier", ""), found.get("name", "")
        if identifier and looks_like_an_identifier(identifier, PartyKind.ORGANISATION):
            return PartyKind.ORGANISATION
        return (
            PartyKind.ORGANISATION
            if re.search(r"公司|厂|店|中心|合作社|集团|事务所|医院|学校", name)
            else PartyKind.PERSON
        )

    def _place(self, found: Mapping[str, str], wrong: list[tuple[str, str]]) -> tuple[str, str | None]:
        institution, manager = self.places.default, None
        if said := found.get("institution", ""):
            known = self.places.institutions.get(fold(said))
            if known is None:
                wrong.append(("institution", _("No institution of yours has this number or name.")))
            institution = known or institution
        if said := found.get("manager", ""):
            if said in self.places.managers:
                manager = said
                if not found.get("institution", ""):
                    institution = self.places.managers[said]
            else:
                wrong.append(("manager", _("No relationship manager of yours has this number.")))
        return institution, manager


def _among(words: Mapping[Any, Sequence[str]], said: str) -> str:
    """The code whose word is said, whole or within; empty for none."""
    plain = fold(said)
    if not plain:
        return ""
    for code, known in words.items():
        if plain in known:
            return str(code)
    return next((str(code) for code, known in words.items() if any(word in plain for word in known)), "")


def _amount(said: str, wrong: list[tuple[str, str]]) -> Decimal | None:
    if not said:
        return None
    found = _AMOUNT.fullmatch(said.strip())
    try:
        amount = Decimal(re.sub(r"[,，]", "", found[1])) * UNITS.get(found[2], Decimal(1)) if found else None
    except InvalidOperation:
        amount = None
    if amount is None or abs(amount) > MOST:
        wrong.append(("amount", _("This is no amount: such as 500000, 50万 or 1,200,000.00.")))
        return None
    return amount.quantize(Decimal("0.01"))


def _industry(said: str, wrong: list[tuple[str, str]]) -> str:
    if not said or _INDUSTRY.fullmatch(said):
        return said.upper()
    from guanxi.crm.sales.leads.importing.industries import code_of

    code = code_of(said)
    if not code:
        wrong.append(("industry_code", _("No industry of GB/T 4754 has this code or name.")))
    return code
