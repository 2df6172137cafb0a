"""The cast's bank: institutions, staff and products."""

from __future__ import annotations

import datetime
from decimal import Decimal

from guanxi.crm.holding.models import Product, ProductRate
from guanxi.crm.org.models import Institution, Post, Role, Staff

DAY = datetime.date(2026, 11, 20)
PREVIOUS = datetime.date(2026, 11, 19)
PASSWORD = "guanxi-2026-cast"


def institutions() -> list[Institution]:
    """A head office, two branches, four sub-branches."""
    rows = [
        ("B0", "关系银行总行", "Guanxi Bank Head Office", None, "bank", "杭州"),
        ("B1", "杭州分行", "Hangzhou Branch", "B0", "branch", "杭州"),
        ("B11", "西湖支行", "West Lake Sub-branch", "B1", "sub_branch", "杭州"),
        ("B12", "滨江支行", "Binjiang Sub-branch", "B1", "sub_branch", "杭州"),
        ("B2", "宁波分行", "Ningbo Branch", "B0", "branch", "宁波"),
        ("B21", "海曙支行", "Haishu Sub-branch", "B2", "sub_branch", "宁波"),
        ("B22", "鄞州支行", "Yinzhou Sub-branch", "B2", "sub_branch", "宁波"),
    ]
    paths: dict[str | None, str] = {None: ""}
    made = []
    for number, name, name_en, parent, kind, city in rows:
        paths[number] = f"{paths[parent]}{number}/"
        made.append(
            Institution(
                id=number,
                name=name,
                name_en=name_en,
                parent_id=parent,
                kind=kind,
                path=paths[number],
                depth=paths[number].count("/") - 1,
                city=city,
                opened_on=datetime.date(1998, 5, 4),
            )
        )
    return made


# What the tests call them, number, name, institution, role.
STAFF: tuple[tuple[str, str, str, str, Role], ...] = (
    ("ann", "1001", "安然", "B0", Role.ANALYST),
    ("he", "1002", "何建国", "B0", Role.HEAD_OFFICE),
    ("bo", "1101", "薄文", "B1", Role.BRANCH_MANAGER),
    ("ai", "1111", "艾琳", "B11", Role.RM),
    ("qian", "1112", "钱进", "B11", Role.RM),
    ("lu", "1121", "陆远", "B12", Role.RM),
    ("zhu", "1211", "朱敏", "B21", Role.RM),
    ("ren", "1221", "任重", "B22", Role.RM),
    ("shen", "1003", "沈正", "B0", Role.AUDITOR),
    ("shi", "1004", "史静", "B0", Role.STEWARD),
    ("guan", "1005", "管平", "B0", Role.ADMINISTRATOR),
    ("fu", "1006", "傅文", "B0", Role.SERVICE_AGENT),
    ("yu", "1007", "余闲", "B22", Role.OTHER),
    ("dan", "1008", "单宁", "B0", Role.OFFICER),
)


def staff(password_hash: str) -> list[Staff]:
    """The cast, each with the same password."""
    return [
        Staff(
            id=number,
            name=name,
            institution_id=institution,
            role=role,
            password=password_hash,
            phone=f"1380571{number}",
            email=f"{number}@bank.example",
            joined_on=datetime.date(2015, 7, 1),
            is_staff=role in (Role.ADMINISTRATOR, Role.AUDITOR),
            is_superuser=role == Role.ADMINISTRATOR,
        )
        for _call, number, name, institution, role in STAFF
    ]


def posts() -> list[Post]:
    """One post each, since 2015."""
    return [
        Post(
            id=position,
            staff_id=number,
            institution_id=institution,
            role=role,
            valid_from=datetime.date(2015, 7, 1),
        )
        for position, (_call, number, _name, institution, role) in enumerate(STAFF, 1)
    ]


# Code, name, English name, dimension, kind, curve, customer rate, transfer price, fee rate, risk level.
PRODUCTS: tuple[tuple[str, str, str, str, str, str, str, str, str, str], ...] = (
    ("D001", "活期存款", "Demand deposit", "deposit", "demand_deposit", "DEP", "0.002", "0.016", "", ""),
    ("D002", "整存整取一年", "One-year deposit", "deposit", "term_deposit", "DEP", "0.0155", "0.0221", "", ""),
    ("D003", "大额存单三年", "Three-year certificate", "deposit", "term_deposit", "DEP", "0.0215", "0.0252", "", ""),
    ("L001", "个人住房贷款", "Home loan", "loan", "loan", "LOAN", "0.0395", "0.0265", "", ""),
    ("L002", "小微企业经营贷", "Small business loan", "loan", "loan", "LOAN", "0.0435", "0.0255", "", ""),
    ("C001", "尊享信用卡", "Premier credit card", "loan", "card", "LOAN", "0.12", "0.024", "", ""),
    ("W001", "稳健理财90天", "Steady 90 days", "fee", "wealth", "", "", "", "0.003", "R2"),
    ("I001", "终身寿险", "Whole life insurance", "fee", "insurance", "", "", "", "0.004", "R1"),
    ("F001", "沪深300指数基金", "CSI 300 index fund", "fee", "fund", "", "", "", "0.005", "R4"),
    ("E001", "手机银行", "Mobile banking", "e_banking", "e_banking", "", "", "", "", ""),
)


def products() -> list[Product]:
    """One product of each kind and more."""
    return [
        Product(
            id=code,
            name=name,
            name_en=name_en,
            dimension=dimension,
            kind=kind,
            line="both",
            curve_code=curve,
            day_basis=360,
            fee_rate=Decimal(fee) if fee else None,
            risk_level=risk,
            on_sale=code != "I001",
            launched_on=datetime.date(2020, 1, 1),
        )
        for code, name, name_en, dimension, kind, curve, _rate, _price, fee, risk in PRODUCTS
    ]


def rates() -> list[ProductRate]:
    """What customers get, with one older rate each."""
    return [
        ProductRate(
            product_id=code,
            currency="CNY",
            term_days=0 if code in ("D001", "C001") else 365,
            valid_from=first_day,
            annual_rate=Decimal(rate) + more,
        )
        for code, _n, _e, _d, _k, _c, rate, _p, _f, _r in PRODUCTS
        if rate
        for first_day, more in (
            (datetime.date(2024, 1, 1), Decimal("0.002")),
            (datetime.date(2026, 1, 1), Decimal(0)),
        )
    ]
