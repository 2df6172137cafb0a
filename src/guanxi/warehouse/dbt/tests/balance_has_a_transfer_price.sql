-- Without a curve or a customer rate a deposit or loan earns no net interest.
{{ config(severity='warn') }}
select ledger.agreement_id
from {{ ref('agreement_ledger') }} as ledger
cross join {{ source('control', 'night') }} as night
where ledger.seen_on = night.business_date
    and ledger.agreement_kind in ('demand_deposit', 'term_deposit', 'loan', 'card')
    and ledger.balance <> 0
    and (ledger.ftp_rate is null or ledger.annual_rate is null)
