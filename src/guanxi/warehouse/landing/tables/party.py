"""Parties: persons and organisations, what identifies them, how to reach them, how they are related."""

from __future__ import annotations

from guanxi.warehouse.landing.contract import (
    Delivery,
    Table,
    change_code,
    code,
    date,
    decimal,
    flag,
    integer,
    money,
    text,
)

PARTY_KINDS = ("person", "organisation")
IDENTIFIER_KINDS = (
    "resident_id",
    "passport",
    "hk_macau_permit",
    "taiwan_permit",
    "military_id",
    "unified_credit_code",
    "organisation_code",
    "other",
)
CONTACT_KINDS = ("mobile", "landline", "email", "wechat", "home_address", "work_address", "registered_address")
RELATION_KINDS = (
    "spouse",
    "parent",
    "household",
    "legal_representative",
    "shareholder",
    "controller",
    "executive",
    "employer",
    "parent_company",
    "supplier",
    "other",
)
RISK_LEVELS = ("low", "medium", "high")

PARTY = Table(
    name="party",
    zh="当事人",
    en="Persons and organisations",
    grain="one row a party",
    key=("party_id",),
    delivery=Delivery.INCREMENT,
    columns=(
        change_code(),
        text("party_id", "客户号", "number of the party in the core banking system", 32, required=True),
        code("party_kind", "客户类型", "person or organisation", PARTY_KINDS, required=True),
        text("party_name", "客户名称", "full name", 200, required=True),
        text("party_name_en", "英文名称", "name in Latin letters", 200),
        code("gender", "性别", "M, F or empty", ("M", "F")),
        date("birth_date", "出生日期", "date of birth of a person"),
        text("nationality", "国籍", "country, ISO 3166 alpha-3", 3),
        code("education", "学历", "highest education", ("primary", "secondary", "college", "bachelor", "postgraduate")),
        text("occupation", "职业", "occupation", 120),
        money("annual_income", "年收入", "income a year of a person, CNY", low="0"),
        text("industry_code", "行业代码", "GB/T 4754 class of an organisation", 8),
        code("organisation_scale", "企业规模", "size class of an organisation", ("large", "medium", "small", "micro")),
        money("registered_capital", "注册资本", "registered capital of an organisation, CNY", low="0"),
        integer("employees", "员工人数", "number of employees of an organisation", low=0),
        date("established_on", "成立日期", "founding date of an organisation"),
        text(
            "institution_id",
            "管户机构号",
            "institution that looks after the party",
            32,
            required=True,
            references="institution.institution_id",
        ),
        text("manager_id", "客户经理号", "relationship manager; empty for none", 32, references="staff.staff_id"),
        date("opened_on", "开户日期", "customer since", required=True),
        code("investment_risk", "风险承受等级", "appetite for investment risk", ("C1", "C2", "C3", "C4", "C5")),
        code("aml_risk", "反洗钱风险等级", "money-laundering risk", RISK_LEVELS),
        flag("restricted", "限制标志", "the bank has restricted business with this party", required=True),
        code("status", "状态", "state of the relationship", ("active", "dormant", "closed"), required=True),
    ),
)

PARTY_IDENTIFIER = Table(
    name="party_identifier",
    zh="当事人证件",
    en="Documents and codes that identify a party",
    grain="one row a party, kind and number",
    key=("party_id", "identifier_kind", "identifier_number"),
    delivery=Delivery.INCREMENT,
    columns=(
        change_code(),
        text("party_id", "客户号", "the party", 32, required=True, references="party.party_id"),
        code("identifier_kind", "证件类型", "kind of document", IDENTIFIER_KINDS, required=True),
        text("identifier_number", "证件号码", "its number", 64, required=True),
        date("valid_from", "有效期起", "valid from"),
        date("valid_to", "有效期止", "valid to; empty for ever"),
        flag("is_primary", "主证件标志", "the one that the account was opened with", required=True),
    ),
)

CONTACT_POINT = Table(
    name="contact_point",
    zh="联系方式",
    en="Phones, e-mail and addresses of a party",
    grain="one row a party, kind and sequence number",
    key=("party_id", "contact_kind", "sequence_no"),
    delivery=Delivery.INCREMENT,
    columns=(
        change_code(),
        text("party_id", "客户号", "the party", 32, required=True, references="party.party_id"),
        code("contact_kind", "联系方式类型", "kind", CONTACT_KINDS, required=True),
        integer("sequence_no", "序号", "1, 2, ... within the kind", required=True, low=1, high=99),
        text("contact_value", "联系方式内容", "the number or the address", 300, required=True),
        text("region_code", "行政区划代码", "GB/T 2260 division of an address", 12),
        flag("is_primary", "首选标志", "the one to use first", required=True),
    ),
)

PARTY_RELATION = Table(
    name="party_relation",
    zh="当事人关系",
    en="How two parties are related",
    grain="one row a party, related party and kind",
    key=("party_id", "related_party_id", "relation_kind"),
    delivery=Delivery.INCREMENT,
    columns=(
        change_code(),
        text("party_id", "客户号", "the one", 32, required=True, references="party.party_id"),
        text(
            "related_party_id",
            "关联客户号",
            "the other: the party is (relation) of the related party",
            32,
            required=True,
            references="party.party_id",
        ),
        code("relation_kind", "关系类型", "what the party is to the related party", RELATION_KINDS, required=True),
        decimal("share", "持股比例", "share held, as a fraction", 9, 6, low="0", high="1"),
        date("valid_from", "关系起始日", "since"),
        date("valid_to", "关系终止日", "until; empty while it lasts"),
    ),
)
