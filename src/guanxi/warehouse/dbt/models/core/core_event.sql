select
    event.event_id,
    event.agreement_id,
    ledger.party_id,
    ledger.currency,
    cast(event.event_time as date) as event_date,
    event.event_time,
    event.event_kind,
    event.event_code,
    event.direction,
    event.amount,
    event.balance_after,
    event.channel,
    event.counterparty_name,
    event.counterparty_account,
    event.counterparty_bank,
    event.fee_amount,
    event.memo
from {{ ref('stg_event') }} as event
left join {{ ref('agreement_ledger') }} as ledger on ledger.agreement_id = event.agreement_id
