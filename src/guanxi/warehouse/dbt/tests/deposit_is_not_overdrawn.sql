-- Deposits are what the bank owes: below zero something is wrong, or an overdraft is not a loan.
{{ config(severity='warn') }}
select ledger.agreement_id
from {{ ref('agreement_ledger') }} as ledger
cross join {{ source('control', 'night') }} as night
where ledger.seen_on = night.business_date
    and ledger.agreement_kind in ('demand_deposit', 'term_deposit')
    and ledger.balance < 0
