"""The snapshots: what is so tonight. Of these only the rows that changed since the last publication are written."""

from __future__ import annotations

from guanxi.warehouse.publish.declare import (
    Column,
    Kind,
    Table,
    day,
    exact,
    figure,
    flag,
    rate,
    text,
    whole,
    word,
)

INSTITUTION = Table(
    name="org_institution",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_institution",
    key=("id",),
    columns=(
        text("id", "institution_id"),
        text("name", "institution_name"),
        text("name_en", "institution_name_en"),
        word("parent_id"),
        text("kind", "institution_kind"),
        text("path"),
        whole("depth", small=True),
        text("city"),
        day("opened_on"),
        text("status"),
    ),
)

# Passwords, preferences and the rights in the administration are people's own: they are no columns of the bank's.
# That somebody left is known by the day as well as by the word, so a day that has passed is a change by itself. An
# account that is closed in PostgreSQL although its last day has not come was closed by an administrator: to the bank's
# file it was open.
STAFF = Table(
    name="org_staff",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_staff",
    key=("id",),
    columns=(
        text("id", "staff_id"),
        text("name", "staff_name"),
        word("institution_id"),
        text("role"),
        text("line"),
        text("phone", sealed=True),
        text("email"),
        day("joined_on"),
        day("left_on"),
        Column(
            "is_active",
            "BOOLEAN",
            "part.status = 'active' AND coalesce(part.left_on >= part_day, true)",
            published="there.is_active OR there.left_on IS NULL OR there.left_on > there_day",
        ),
    ),
)

PARTY = Table(
    name="party_party",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_party",
    key=("id",),
    named=("party_kind", "party_name"),
    filled=85,
    columns=(
        text("id", "party_id"),
        text("kind", "party_kind"),
        text("name", "party_name"),
        text("name_en", "party_name_en"),
        Column("name_pinyin", "VARCHAR", "coalesce(names.name_pinyin, '')"),
        text("gender"),
        day("birth_date"),
        text("nationality"),
        text("education"),
        text("occupation"),
        exact("annual_income", 18, 2, nullable=True, sealed=True),
        text("industry_code"),
        text("organisation_scale"),
        exact("registered_capital", 18, 2, nullable=True),
        whole("employees", nullable=True),
        day("established_on"),
        text("institution_id"),
        word("manager_id"),
        day("opened_on", nullable=False),
        text("investment_risk"),
        text("aml_risk"),
        flag("restricted"),
        text("status"),
    ),
)

# The number is encrypted and cannot be part of the key: a party's numbers of one kind are counted in their own order.
PARTY_IDENTIFIER = Table(
    name="party_partyidentifier",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_party_identifier",
    key=("party_id", "kind", "sequence_no"),
    columns=(
        text("party_id"),
        text("kind", "identifier_kind"),
        Column(
            "sequence_no",
            "INTEGER",
            "row_number() OVER (PARTITION BY part.party_id, part.identifier_kind ORDER BY part.identifier_number)",
        ),
        text("number", "identifier_number", sealed=True),
        day("valid_from"),
        day("valid_to"),
        flag("is_primary"),
    ),
)

CONTACT_POINT = Table(
    name="party_contactpoint",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_contact_point",
    key=("party_id", "kind", "sequence_no"),
    columns=(
        text("party_id"),
        text("kind", "contact_kind"),
        whole("sequence_no"),
        text("value", "contact_value", sealed=True),
        text("region_code"),
        flag("is_primary"),
    ),
)

PARTY_RELATION = Table(
    name="party_partyrelation",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_party_relation",
    key=("party_id", "related_party_id", "kind"),
    columns=(
        text("party_id"),
        text("related_party_id"),
        text("kind", "relation_kind"),
        rate("share"),
        day("valid_from"),
        day("valid_to"),
    ),
)

PRODUCT = Table(
    name="holding_product",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_product",
    key=("id",),
    columns=(
        text("id", "product_id"),
        text("name", "product_name"),
        text("name_en", "product_name_en"),
        text("dimension"),
        text("kind", "agreement_kind"),
        text("line"),
        text("curve_code"),
        whole("day_basis"),
        rate("fee_rate"),
        text("risk_level"),
        flag("on_sale"),
        day("launched_on"),
    ),
)

PRODUCT_RATE = Table(
    name="holding_productrate",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_rate",
    key=("product_id", "currency", "term_days", "valid_from"),
    columns=(
        text("product_id"),
        text("currency"),
        whole("term_days"),
        day("valid_from", nullable=False),
        rate("annual_rate", nullable=False),
    ),
)

# A bank delivers every balance every night, so the balance's date moves on every night for every agreement. It is
# published when something else of the agreement changes: "this balance has stood since". Writing all agreements every
# night for the date alone would cost more than everything else together.
AGREEMENT = Table(
    name="holding_agreement",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_agreement",
    key=("id",),
    filled=85,
    columns=(
        text("id", "agreement_id"),
        text("kind", "agreement_kind"),
        text("account_number", sealed=True),
        text("product_id"),
        text("party_id"),
        text("institution_id"),
        text("currency"),
        day("opened_on", nullable=False),
        day("closed_on"),
        text("status"),
        exact("amount", 18, 2, nullable=True),
        rate("annual_rate"),
        whole("term_days", nullable=True),
        day("value_date"),
        day("maturity_date"),
        flag("auto_renew", nullable=True),
        text("repayment"),
        text("risk_grade"),
        whole("days_overdue", nullable=True),
        exact("overdue_amount", 18, 2, nullable=True),
        exact("balance", 18, 2, nullable=True),
        day("balance_date", follows=True),
    ),
)

AGREEMENT_PARTY = Table(
    name="holding_agreementparty",
    kind=Kind.SNAPSHOT,
    layer="core",
    dataset="core_agreement_party",
    key=("agreement_id", "party_id", "role"),
    columns=(
        text("agreement_id"),
        text("party_id"),
        text("role"),
        day("valid_from"),
        day("valid_to"),
    ),
)

ASSUMPTION = Table(
    name="insight_assumption",
    kind=Kind.SNAPSHOT,
    layer="control",
    dataset="assumption",
    key=("kind", "key", "valid_from"),
    columns=(
        text("kind"),
        text("key"),
        day("valid_from", nullable=False),
        exact("value", 20, 6),
    ),
)

# Who stands around a company. What is said of the other side is the query's affair; wages are not in it.
COMPANY_LINK = Table(
    name="insight_companylink",
    kind=Kind.SNAPSHOT,
    layer="marts",
    dataset="company_link",
    key=("party_id", "role", "other_key"),
    columns=(
        text("party_id"),
        text("role"),
        text("other_key"),
        text("other_id"),
        text("other_name"),
        rate("share"),
        figure("amount_year"),
        figure("amount_last_year"),
        whole("times"),
        day("last_on"),
    ),
)
