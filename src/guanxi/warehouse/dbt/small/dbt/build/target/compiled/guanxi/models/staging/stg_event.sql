select
    event_id,
    agreement_id,
    event_time,
    event_kind,
    event_code,
    direction,
    amount,
    balance_after,
    channel,
    counterparty_name,
    counterparty_account,
    counterparty_bank,
    fee_amount,
    memo
from "memory"."landing"."event"