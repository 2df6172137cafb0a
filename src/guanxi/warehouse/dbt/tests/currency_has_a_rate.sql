-- Balances in a currency without an exchange rate would count as nothing.
select ledger.currency, count(*) as agreements
from {{ ref('agreement_ledger') }} as ledger
left join {{ ref('fx_tonight') }} as fx on fx.currency = ledger.currency
where ledger.currency <> 'CNY'
    and fx.currency is null
    and (ledger.balance_own <> 0 or ledger.event_count > 0)
group by ledger.currency
