"""What the bank sells and at what price: products, customer rates, transfer prices, exchange rates."""

from __future__ import annotations

from datetime import date, timedelta

from guanxi.demo.making import Making
from guanxi.demo.spec import BankSpec

# Deposits are bought from, loans funded by, one curve each.
DEPOSIT_CURVE, LOAN_CURVE = "FTP-D", "FTP-L"

Row = tuple[object, ...]


def _deposit(code: str, zh: str, en: str, kind: str, line: str, launched: date) -> Row:
    return (code, zh, en, "deposit", kind, line, DEPOSIT_CURVE, 360, None, None, True, launched)


def _loan(code: str, zh: str, en: str, line: str, launched: date) -> Row:
    return (code, zh, en, "loan", "loan", line, LOAN_CURVE, 360, None, None, True, launched)


def _sold(code: str, zh: str, en: str, kind: str, line: str, fee: str, risk: str, launched: date) -> Row:
    # The boldest product is no longer sold; customers still hold it.
    return (code, zh, en, "fee", kind, line, None, 365, fee, risk, risk != "R5", launched)


def _electronic(code: str, zh: str, en: str, line: str, launched: date) -> Row:
    return (code, zh, en, "e_banking", "e_banking", line, None, 365, None, None, True, launched)


FOUNDED = date(2005, 6, 28)
PRODUCTS: tuple[Row, ...] = (
    _deposit("DD01", "个人活期存款", "Personal demand deposit", "demand_deposit", "retail", FOUNDED),
    _deposit("DD02", "单位活期存款", "Corporate demand deposit", "demand_deposit", "corporate", FOUNDED),
    _deposit(
        "DD03", "社会保障卡金融账户", "Social security card account", "demand_deposit", "retail", date(2012, 3, 1)
    ),
    _deposit("DD04", "外币活期存款", "Foreign-currency demand deposit", "demand_deposit", "both", date(2014, 5, 1)),
    _deposit("TD01", "整存整取定期存款", "Fixed-term deposit", "term_deposit", "retail", FOUNDED),
    _deposit("TD02", "个人大额存单", "Personal certificate of deposit", "term_deposit", "retail", date(2016, 1, 15)),
    _deposit("TD03", "单位定期存款", "Corporate term deposit", "term_deposit", "corporate", FOUNDED),
    _deposit("TD04", "七天通知存款", "Seven-day notice deposit", "term_deposit", "both", date(2008, 9, 1)),
    _deposit("TD05", "外币定期存款", "Foreign-currency term deposit", "term_deposit", "both", date(2014, 5, 1)),
    _loan("LN01", "个人住房按揭贷款", "Residential mortgage", "retail", date(2007, 4, 1)),
    _loan("LN02", "澄e贷个人消费贷款", "Consumer loan", "retail", date(2018, 6, 1)),
    _loan("LN03", "个人经营性贷款", "Personal business loan", "retail", date(2009, 3, 1)),
    _loan("LN04", "惠农e贷农户信用贷款", "Farmers' credit loan", "retail", date(2010, 3, 1)),
    _loan("LN05", "流动资金贷款", "Working capital loan", "corporate", FOUNDED),
    _loan("LN06", "固定资产贷款", "Fixed asset loan", "corporate", FOUNDED),
    _loan("LN07", "小微企业助力贷", "Small business loan", "corporate", date(2015, 8, 1)),
    ("CD01", "澄川借记卡", "Debit card", "fee", "card", "retail", None, 365, None, None, True, date(2008, 1, 1)),
    (
        "CD02",
        "澄川信用卡金卡",
        "Gold credit card",
        "loan",
        "card",
        "retail",
        LOAN_CURVE,
        365,
        None,
        None,
        True,
        date(2013, 7, 1),
    ),
    (
        "CD03",
        "澄川信用卡白金卡",
        "Platinum credit card",
        "loan",
        "card",
        "retail",
        LOAN_CURVE,
        365,
        None,
        None,
        True,
        date(2017, 7, 1),
    ),
    _sold("WM01", "澄川理财日日盈", "Wealth: daily", "wealth", "both", "0.0025", "R1", date(2019, 10, 1)),
    _sold("WM02", "澄川理财稳健180天", "Wealth: steady 180 days", "wealth", "both", "0.0045", "R2", date(2019, 10, 1)),
    _sold(
        "WM03", "澄川理财均衡一年", "Wealth: balanced one year", "wealth", "retail", "0.0070", "R3", date(2020, 5, 1)
    ),
    _sold("WM04", "澄川理财进取一年", "Wealth: growth one year", "wealth", "retail", "0.0090", "R4", date(2021, 5, 1)),
    _sold("WM05", "澄川理财权益两年", "Wealth: equity two years", "wealth", "retail", "0.0120", "R5", date(2021, 9, 1)),
    _sold("FD01", "代销货币市场基金", "Money market fund", "fund", "retail", "0.0020", "R1", date(2018, 4, 1)),
    _sold("FD02", "代销债券型基金", "Bond fund", "fund", "retail", "0.0050", "R2", date(2018, 4, 1)),
    _sold("FD03", "代销混合型基金", "Mixed fund", "fund", "retail", "0.0110", "R4", date(2018, 4, 1)),
    _sold("IN01", "代销增额终身寿险", "Whole life insurance", "insurance", "retail", "0.0150", "R1", date(2020, 1, 1)),
    _sold("IN02", "代销年金保险", "Annuity insurance", "insurance", "retail", "0.0120", "R1", date(2020, 1, 1)),
    _electronic("EB01", "手机银行", "Mobile banking", "retail", date(2013, 5, 1)),
    _electronic("EB02", "短信通", "SMS notices", "retail", date(2011, 5, 1)),
    _electronic("EB03", "个人网银U盾", "Personal internet banking key", "retail", date(2010, 5, 1)),
    _electronic("EB04", "企业网银", "Corporate internet banking", "corporate", date(2010, 5, 1)),
    _electronic("EB05", "惠商码收单", "Merchant QR code", "both", date(2018, 11, 1)),
)

# The days on which the bank changed its prices, and each price after them, a year in hundredths of a percent.
DEPOSIT_CHANGES = (
    date(2005, 6, 28),
    date(2015, 10, 24),
    date(2022, 9, 15),
    date(2023, 9, 1),
    date(2024, 7, 25),
    date(2025, 5, 20),
)
_TERM = {
    91: (285, 143, 140, 135, 125, 95),
    182: (305, 169, 165, 155, 145, 115),
    365: (325, 195, 185, 170, 155, 125),
    730: (375, 273, 250, 215, 185, 135),
    1095: (425, 357, 325, 270, 225, 170),
    1825: (475, 357, 330, 275, 230, 175),
}
_DEPOSITS: dict[tuple[str, int], tuple[int, ...]] = {
    ("DD01", 0): (50, 35, 30, 25, 20, 10),
    ("DD02", 0): (50, 38, 32, 28, 22, 12),
    ("DD03", 0): (50, 35, 30, 25, 20, 10),
    ("TD04", 7): (149, 135, 120, 105, 90, 60),
} | {
    (product, term): tuple(price + more for price in prices)
    for product, more in (("TD01", 0), ("TD02", 20), ("TD03", 5))
    for term, prices in _TERM.items()
}
_FOREIGN: dict[tuple[str, str, int], int] = {
    ("DD04", "USD", 0): 20, ("DD04", "HKD", 0): 5,
    ("TD05", "USD", 182): 260, ("TD05", "USD", 365): 280, ("TD05", "HKD", 182): 200, ("TD05", "HKD", 365): 220,
}  # fmt: skip
LOAN_CHANGES = (
    date(2005, 6, 28),
    date(2019, 8, 20),
    date(2022, 8, 22),
    date(2024, 2, 20),
    date(2024, 10, 21),
    date(2025, 5, 20),
)
_LOANS: dict[tuple[str, int], tuple[int, ...]] = {
    ("LN01", 3650): (590, 535, 430, 395, 340, 330),
    ("LN02", 365): (850, 780, 650, 590, 520, 490),
    ("LN03", 365): (820, 700, 560, 520, 470, 450),
    ("LN04", 365): (880, 720, 590, 550, 500, 480),
    ("LN05", 365): (720, 590, 500, 460, 430, 410),
    ("LN06", 1095): (740, 610, 510, 470, 440, 420),
    ("LN07", 365): (790, 660, 540, 490, 450, 430),
    ("CD02", 0): (1825, 1825, 1825, 1825, 1825, 1825),
    ("CD03", 0): (1825, 1825, 1825, 1825, 1825, 1825),
}
_DEPOSIT_CURVE = {
    0: (290, 260, 235, 225, 210, 195),
    7: (300, 265, 235, 225, 210, 195),
    91: (345, 265, 235, 225, 210, 195),
    182: (365, 275, 245, 230, 215, 200),
    365: (385, 290, 255, 240, 220, 205),
    730: (425, 345, 305, 275, 240, 215),
    1095: (470, 415, 370, 325, 275, 235),
    1825: (515, 420, 380, 330, 280, 240),
}
_LOAN_CURVE = {
    0: (310, 265, 235, 225, 210, 195),
    91: (350, 275, 240, 230, 212, 198),
    365: (400, 305, 260, 245, 225, 210),
    1095: (470, 360, 310, 285, 250, 225),
    3650: (520, 420, 355, 320, 275, 240),
}
CURRENCIES = ("USD", "HKD")


def create_catalogue(making: Making) -> None:
    """Makes ``product``, ``rate`` and ``ftp_curve`` with the contract's columns, in the order of their keys."""
    making.run(
        "CREATE TABLE product (product_id VARCHAR, product_name VARCHAR, product_name_en VARCHAR, dimension VARCHAR, "
        "agreement_kind VARCHAR, line VARCHAR, curve_code VARCHAR, day_basis INTEGER, fee_rate DECIMAL(9,6), "
        "risk_level VARCHAR, on_sale BOOLEAN, launched_on DATE)"
    )
    making.insert("product", PRODUCTS)
    columns = "currency VARCHAR, term_days INTEGER, valid_from DATE, annual_rate DECIMAL(9,6)"
    making.run(f"CREATE TABLE rate (product_id VARCHAR, {columns})")
    making.run(f"CREATE TABLE ftp_curve (curve_code VARCHAR, {columns})")
    making.insert("rate", sorted(_rates(), key=str))
    making.insert("ftp_curve", sorted(_curves(), key=str))


def exchange_rates(spec: BankSpec, days: tuple[date, ...]) -> list[tuple[str, date, str]]:
    """Currency, day and CNY for one unit, for each day given: a slow wave around the level of late 2026."""
    return [
        (currency, day, f"{_exchange_rate(spec, currency, day):.8f}")
        for day in sorted(set(days))
        for currency in CURRENCIES
    ]


def days_with_exchange_rates(spec: BankSpec) -> tuple[date, ...]:
    """The days of the opening's exchange rates: every one of which it brings balances."""
    daily = tuple(spec.first_day + timedelta(days=number) for number in range(spec.daily_days))
    return spec.history_month_ends + daily


def _exchange_rate(spec: BankSpec, currency: str, day: date) -> float:
    # A triangle wave of 400 days: only sums and products, which every machine computes alike.
    phase = (day.toordinal() + spec.seed % 400) % 400
    wave = abs(phase - 200) / 200
    level, swing = {"USD": (7.0212, 0.1240), "HKD": (0.9024, 0.0156)}[currency]
    return round(level + swing * wave, 4)


def _rates() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for prices, changes in ((_DEPOSITS, DEPOSIT_CHANGES), (_LOANS, LOAN_CHANGES)):
        for (product, term), levels in prices.items():
            rows += [(product, "CNY", term, day, _fraction(level)) for day, level in zip(changes, levels, strict=True)]
    for (product, currency, term), level in _FOREIGN.items():
        rows += [
            (product, currency, term, date(2008, 1, 1), _fraction(level // 2)),
            (product, currency, term, date(2022, 12, 1), _fraction(level + 60)),
            (product, currency, term, date(2025, 1, 2), _fraction(level)),
        ]
    return rows


def _curves() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for curve, points, changes in (
        (DEPOSIT_CURVE, _DEPOSIT_CURVE, DEPOSIT_CHANGES),
        (LOAN_CURVE, _LOAN_CURVE, LOAN_CHANGES),
    ):
        for term, levels in points.items():
            rows += [(curve, "CNY", term, day, _fraction(level)) for day, level in zip(changes, levels, strict=True)]
    for currency, level in (("USD", 380), ("HKD", 310)):
        for term, more in ((0, -40), (182, 0), (365, 10)):
            rows += [
                (DEPOSIT_CURVE, currency, term, date(2008, 1, 1), _fraction((level + more) // 2)),
                (DEPOSIT_CURVE, currency, term, date(2022, 12, 1), _fraction(level + more + 60)),
                (DEPOSIT_CURVE, currency, term, date(2025, 1, 2), _fraction(level + more)),
            ]
    return rows


def _fraction(hundredths: int) -> str:
    return f"{hundredths / 10000:.6f}"
