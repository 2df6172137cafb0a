-- What has passed its maturity is renewed, closed, or overdue.
{{ config(severity='warn') }}
select ledger.agreement_id
from {{ ref('agreement_ledger') }} as ledger
cross join {{ source('control', 'night') }} as night
where ledger.seen_on = night.business_date
    and ledger.status in ('active', 'dormant')
    and ledger.maturity_date < night.business_date
    and ledger.balance <> 0
    and coalesce(ledger.days_overdue, 0) = 0
