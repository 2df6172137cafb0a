"""Products, the rates that customers get, the rates between treasury and branches, exchange rates."""

from __future__ import annotations

from guanxi.warehouse.landing.contract import (
    Delivery,
    Format,
    Table,
    code,
    date,
    decimal,
    flag,
    integer,
    rate,
    text,
)
from guanxi.warehouse.landing.tables.organisation import LINES

DIMENSIONS = ("deposit", "loan", "fee", "e_banking")
AGREEMENT_KINDS = ("demand_deposit", "term_deposit", "loan", "card", "wealth", "insurance", "fund", "e_banking")

PRODUCT = Table(
    name="product",
    zh="产品",
    en="Product catalogue",
    grain="one row a product",
    key=("product_id",),
    delivery=Delivery.FULL,
    columns=(
        text("product_id", "产品代码", "code of the product", 32, required=True),
        text("product_name", "产品名称", "name", 120, required=True),
        text("product_name_en", "产品英文名称", "name in English", 200),
        code("dimension", "贡献维度", "dimension of contribution it counts in", DIMENSIONS, required=True),
        code("agreement_kind", "协议类型", "kind of agreement it makes", AGREEMENT_KINDS, required=True),
        code("line", "条线", "line of business it is sold by", LINES, required=True),
        text("curve_code", "FTP曲线代码", "funds transfer curve that prices it; empty for none", 16),
        integer(
            "day_basis", "计息基数", "days of a year in its interest: 360 or 365", required=True, low=360, high=365
        ),
        rate("fee_rate", "年化中收费率", "fee earned a year on the balance (wealth, fund, insurance)", low="0"),
        code("risk_level", "产品风险等级", "risk of an investment product", ("R1", "R2", "R3", "R4", "R5")),
        flag("on_sale", "在售标志", "can be sold today", required=True),
        date("launched_on", "上市日期", "on sale since"),
    ),
)

RATE = Table(
    name="rate",
    zh="客户利率",
    en="Rates that customers get or pay, by product, currency and term",
    grain="one row a product, currency, term and first day",
    key=("product_id", "currency", "term_days", "valid_from"),
    delivery=Delivery.FULL,
    columns=(
        text("product_id", "产品代码", "the product", 32, required=True, references="product.product_id"),
        text("currency", "币种", "ISO 4217", 3, required=True),
        integer("term_days", "期限天数", "term in days; 0 for demand", required=True, low=0, high=36500),
        date("valid_from", "生效日期", "first day", required=True),
        rate("annual_rate", "年利率", "rate a year as a fraction", required=True),
    ),
)

FTP_CURVE = Table(
    name="ftp_curve",
    zh="内部资金转移价格曲线",
    en="Funds transfer prices by curve, currency and term",
    grain="one row a curve, currency, term and first day",
    key=("curve_code", "currency", "term_days", "valid_from"),
    delivery=Delivery.FULL,
    columns=(
        text("curve_code", "曲线代码", "the curve", 16, required=True),
        text("currency", "币种", "ISO 4217", 3, required=True),
        integer(
            "term_days", "期限天数", "point of the curve, in days; 0 for overnight", required=True, low=0, high=36500
        ),
        date("valid_from", "生效日期", "first day", required=True),
        rate("annual_rate", "年利率", "rate a year as a fraction", required=True),
    ),
)

EXCHANGE_RATE = Table(
    name="exchange_rate",
    zh="汇率",
    en="Exchange rates to CNY",
    grain="one row a currency and date",
    key=("currency", "rate_date"),
    delivery=Delivery.FULL,
    dated="rate_date",
    format=Format(layout="fixed"),
    columns=(
        text("currency", "币种", "ISO 4217", 3, required=True, width=3),
        date("rate_date", "汇率日期", "day of the rate", required=True, width=8),
        decimal("mid_rate", "中间价", "CNY for one unit", 18, 8, required=True, low="0.00000001", width=20),
    ),
)
