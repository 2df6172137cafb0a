select
    tonight.agreement_id,
    tonight.party_id,
    tonight.role,
    tonight.valid_from,
    tonight.valid_to,
    night.business_date as changed_on
from {{ ref('stg_agreement_party') }} as tonight
cross join {{ source('control', 'night') }} as night
where tonight.change_code = 'U'

union all

select
    before.agreement_id,
    before.party_id,
    before.role,
    before.valid_from,
    before.valid_to,
    before.changed_on
from {{ source('carried', 'agreement_party_record') }} as before
where not exists (
    select 1
    from {{ ref('stg_agreement_party') }} as tonight
    where tonight.agreement_id = before.agreement_id and tonight.party_id = before.party_id and tonight.role = before.role
)
