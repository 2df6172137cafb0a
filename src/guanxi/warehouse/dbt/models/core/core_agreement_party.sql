select
    agreement_id,
    party_id,
    role,
    valid_from,
    valid_to
from {{ ref('stg_agreement_party') }}
where change_code = 'U'

union all

select
    before.agreement_id,
    before.party_id,
    before.role,
    before.valid_from,
    before.valid_to
from {{ source('carried', 'core_agreement_party') }} as before
where not exists (
    select 1
    from {{ ref('stg_agreement_party') }} as tonight
    where tonight.agreement_id = before.agreement_id and tonight.party_id = before.party_id and tonight.role = before.role
)
