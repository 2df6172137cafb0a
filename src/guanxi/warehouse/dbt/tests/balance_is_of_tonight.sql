-- A balance was delivered for whatever stood on the books before.
{{ config(severity='warn') }}
select ledger.agreement_id
from {{ ref('agreement_ledger') }} as ledger
cross join {{ source('control', 'night') }} as night
where ledger.seen_on = night.business_date
    and ledger.balance <> 0
    and ledger.balance_date < night.business_date
