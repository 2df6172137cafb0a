select
    tonight.party_id,
    tonight.identifier_kind,
    tonight.identifier_number,
    tonight.valid_from,
    tonight.valid_to,
    tonight.is_primary,
    night.business_date as changed_on
from {{ ref('stg_party_identifier') }} as tonight
cross join {{ source('control', 'night') }} as night
where tonight.change_code = 'U'

union all

select
    before.party_id,
    before.identifier_kind,
    before.identifier_number,
    before.valid_from,
    before.valid_to,
    before.is_primary,
    before.changed_on
from {{ source('carried', 'party_identifier_record') }} as before
where not exists (
    select 1
    from {{ ref('stg_party_identifier') }} as tonight
    where tonight.party_id = before.party_id and tonight.identifier_kind = before.identifier_kind and tonight.identifier_number = before.identifier_number
)
