-- What belongs to nobody counts as unallocated.
{{ config(severity='warn') }}
select total.party_id
from {{ ref('customer_total') }} as total
where not exists (select 1 from {{ ref('core_party') }} as party where party.party_id = total.party_id)
