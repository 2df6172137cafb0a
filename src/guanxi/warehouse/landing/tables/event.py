"""Events: transactions on agreements."""

from __future__ import annotations

from guanxi.warehouse.landing.contract import Dates, Delivery, Format, Table, code, money, text, timestamp

EVENT_KINDS = (
    "deposit",
    "withdrawal",
    "transfer_in",
    "transfer_out",
    "salary",
    "purchase",
    "refund",
    "interest",
    "fee",
    "disbursement",
    "repayment",
    "subscription",
    "redemption",
    "premium",
    "sign_in",
    "reversal",
    "other",
)
CHANNELS = ("counter", "atm", "mobile", "internet", "pos", "third_party", "phone", "batch")

EVENT = Table(
    name="event",
    zh="交易事件",
    en="Transactions on agreements",
    grain="one row an event",
    key=("event_id",),
    delivery=Delivery.INCREMENT,
    total="amount",
    dated="event_time",
    dates=Dates.SINCE,
    format=Format(compression="gzip"),
    columns=(
        text("event_id", "交易流水号", "number of the event, unique for ever", 40, required=True),
        text("agreement_id", "协议号", "the agreement", 40, required=True, references="agreement.agreement_id"),
        timestamp("event_time", "交易时间", "when it was booked", required=True),
        code("event_kind", "交易类型", "kind", EVENT_KINDS, required=True),
        text("event_code", "交易码", "code of the core banking system", 16),
        code("direction", "借贷方向", "C into the agreement, D out of it", ("C", "D"), required=True),
        money("amount", "金额", "own currency, never negative", required=True, low="0"),
        money("balance_after", "交易后余额", "what stood afterwards, own currency"),
        code("channel", "渠道", "where it was done", CHANNELS, required=True),
        text("counterparty_name", "对手方名称", "the other side's name", 200),
        text("counterparty_account", "对手方账号", "the other side's account", 64),
        text("counterparty_bank", "对手方银行", "the other side's bank", 120),
        money("fee_amount", "手续费", "fee earned with it, own currency", low="0"),
        text("memo", "摘要", "what the statement says", 200),
    ),
)
