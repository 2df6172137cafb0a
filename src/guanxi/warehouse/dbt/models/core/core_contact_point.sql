select
    party_id,
    contact_kind,
    sequence_no,
    contact_value,
    region_code,
    is_primary
from {{ ref('stg_contact_point') }}
where change_code = 'U'

union all

select
    before.party_id,
    before.contact_kind,
    before.sequence_no,
    before.contact_value,
    before.region_code,
    before.is_primary
from {{ source('carried', 'core_contact_point') }} as before
where not exists (
    select 1
    from {{ ref('stg_contact_point') }} as tonight
    where tonight.party_id = before.party_id and tonight.contact_kind = before.contact_kind and tonight.sequence_no = before.sequence_no
)
