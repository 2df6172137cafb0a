select
    tonight.party_id,
    tonight.related_party_id,
    tonight.relation_kind,
    tonight.share,
    tonight.valid_from,
    tonight.valid_to,
    night.business_date as changed_on
from {{ ref('stg_party_relation') }} as tonight
cross join {{ source('control', 'night') }} as night
where tonight.change_code = 'U'

union all

select
    before.party_id,
    before.related_party_id,
    before.relation_kind,
    before.share,
    before.valid_from,
    before.valid_to,
    before.changed_on
from {{ source('carried', 'party_relation_record') }} as before
where not exists (
    select 1
    from {{ ref('stg_party_relation') }} as tonight
    where tonight.party_id = before.party_id and tonight.related_party_id = before.related_party_id and tonight.relation_kind = before.relation_kind
)
