-- An agreement that was delivered before and is missing tonight is not counted tonight.
{{ config(severity='warn') }}
select ledger.agreement_id
from {{ ref('agreement_ledger') }} as ledger
cross join {{ source('control', 'night') }} as night
where ledger.seen_on = night.eve
    and ledger.seen_on < night.business_date
    and ledger.status <> 'closed'
