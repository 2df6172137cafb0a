"""A contract with a column of every kind, in two editions: without and with the widths of a fixed file."""

from guanxi.warehouse.landing.contract import (
    Delivery,
    Table,
    code,
    date,
    decimal,
    flag,
    integer,
    text,
    timestamp,
)

SAMPLE = Table(
    name="sample",
    zh="样例",
    en="One column of each kind",
    grain="one row a name",
    key=("name",),
    delivery=Delivery.FULL,
    total="amount",
    columns=(
        text("name", "名称", "a name", 40, required=True, width=160),
        decimal("amount", "金额", "an amount", 18, 2, width=20),
        decimal("rate", "利率", "a rate", 9, 6, low="-1", high="1", width=10),
        integer("days", "天数", "days"),
        date("opened_on", "开立日期", "a day", width=10),
        timestamp("event_time", "时间", "a time"),
        code("status", "状态", "a state", ("active", "closed")),
        flag("is_primary", "标志", "yes or no"),
        text("memo", "摘要", "a note", 20, width=80),
    ),
)
# The same with the widths that the usual contracts state for one table only.
WIDTHS = {"days": 11, "event_time": 20, "status": 8, "is_primary": 1}
WIDE_SAMPLE = Table(
    **{name: getattr(SAMPLE, name) for name in ("name", "zh", "en", "grain", "key", "delivery", "total")},
    columns=tuple(
        type(c)(**{f: getattr(c, f) for f in c.__slots__} | {"width": WIDTHS.get(c.name, c.width)})
        for c in SAMPLE.columns
    ),
)
