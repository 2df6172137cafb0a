"""Agreements of every kind, the parties to them, and what stands on them at the end of a day."""

from __future__ import annotations

from guanxi.warehouse.landing.contract import (
    Dates,
    Delivery,
    Table,
    change_code,
    code,
    date,
    flag,
    integer,
    money,
    rate,
    text,
)
from guanxi.warehouse.landing.tables.product import AGREEMENT_KINDS

RISK_GRADES = ("normal", "special_mention", "substandard", "doubtful", "loss")
PARTY_ROLES = ("holder", "joint_holder", "guarantor", "authorised_signatory", "legal_representative")
STATUSES = ("active", "dormant", "frozen", "matured", "closed", "written_off")
REPAYMENTS = ("equal_instalment", "equal_principal", "interest_first", "bullet")

AGREEMENT = Table(
    name="agreement",
    zh="协议",
    en="Deposits, loans, cards, wealth, insurance, funds and e-banking sign-ups, as they stand tonight",
    grain="one row an agreement",
    key=("agreement_id",),
    delivery=Delivery.FULL,
    total="amount",
    columns=(
        text("agreement_id", "协议号", "number of the agreement", 40, required=True),
        code("agreement_kind", "协议类型", "kind", AGREEMENT_KINDS, required=True),
        text("account_number", "账号/卡号", "number that the customer knows", 40),
        text("product_id", "产品代码", "the product", 32, required=True, references="product.product_id"),
        text("party_id", "客户号", "the holder, to whom it counts", 32, required=True, references="party.party_id"),
        text(
            "institution_id",
            "开户机构号",
            "booking institution",
            32,
            required=True,
            references="institution.institution_id",
        ),
        text("currency", "币种", "ISO 4217", 3, required=True),
        date("opened_on", "开立日期", "opened", required=True),
        date("closed_on", "销户日期", "closed; empty while open"),
        code("status", "状态", "state", STATUSES, required=True),
        money(
            "amount", "合同金额", "principal of a loan or term deposit, limit of a card, premium; own currency", low="0"
        ),
        rate("annual_rate", "执行利率", "rate a year in force, as a fraction"),
        integer("term_days", "期限天数", "agreed term in days; 0 or empty for none", low=0, high=36500),
        date("value_date", "起息日", "start of the term"),
        date("maturity_date", "到期日", "end of the term"),
        flag("auto_renew", "自动转存标志", "renews itself at maturity"),
        code("repayment", "还款方式", "how a loan is paid back", REPAYMENTS),
        code("risk_grade", "五级分类", "five-class grade of a loan", RISK_GRADES),
        integer("days_overdue", "逾期天数", "days overdue of a loan or card", low=0),
        money("overdue_amount", "逾期金额", "amount overdue, own currency", low="0"),
    ),
)

AGREEMENT_PARTY = Table(
    name="agreement_party",
    zh="协议当事人",
    en="Who is what in an agreement",
    grain="one row an agreement, party and role",
    key=("agreement_id", "party_id", "role"),
    delivery=Delivery.INCREMENT,
    columns=(
        change_code(),
        text("agreement_id", "协议号", "the agreement", 40, required=True, references="agreement.agreement_id"),
        text("party_id", "客户号", "the party", 32, required=True, references="party.party_id"),
        code("role", "角色", "what the party is in it", PARTY_ROLES, required=True),
        date("valid_from", "起始日", "since"),
        date("valid_to", "终止日", "until; empty while it lasts"),
    ),
)

BALANCE = Table(
    name="balance",
    zh="日终余额",
    en="End-of-day balances: what is held, and for loans and cards what is owed",
    grain="one row an agreement and day",
    key=("agreement_id", "balance_date"),
    delivery=Delivery.FULL,
    total="balance",
    dated="balance_date",
    dates=Dates.DAY,
    columns=(
        text("agreement_id", "协议号", "the agreement", 40, required=True, references="agreement.agreement_id"),
        date("balance_date", "余额日期", "the day at whose end it stood", required=True),
        money("balance", "余额", "own currency; what is owed is positive too", required=True),
        money("available", "可用余额", "what can be drawn, own currency"),
    ),
)
