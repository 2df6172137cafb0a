select
    tonight.party_id,
    tonight.contact_kind,
    tonight.sequence_no,
    tonight.contact_value,
    tonight.region_code,
    tonight.is_primary,
    night.business_date as changed_on
from {{ ref('stg_contact_point') }} as tonight
cross join {{ source('control', 'night') }} as night
where tonight.change_code = 'U'

union all

select
    before.party_id,
    before.contact_kind,
    before.sequence_no,
    before.contact_value,
    before.region_code,
    before.is_primary,
    before.changed_on
from {{ source('carried', 'contact_point_record') }} as before
where not exists (
    select 1
    from {{ ref('stg_contact_point') }} as tonight
    where tonight.party_id = before.party_id and tonight.contact_kind = before.contact_kind and tonight.sequence_no = before.sequence_no
)
