select
    party_id,
    identifier_kind,
    identifier_number,
    valid_from,
    valid_to,
    is_primary
from {{ ref('stg_party_identifier') }}
where change_code = 'U'

union all

select
    before.party_id,
    before.identifier_kind,
    before.identifier_number,
    before.valid_from,
    before.valid_to,
    before.is_primary
from {{ source('carried', 'core_party_identifier') }} as before
where not exists (
    select 1
    from {{ ref('stg_party_identifier') }} as tonight
    where tonight.party_id = before.party_id and tonight.identifier_kind = before.identifier_kind and tonight.identifier_number = before.identifier_number
)
