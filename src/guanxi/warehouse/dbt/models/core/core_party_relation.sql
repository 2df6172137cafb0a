select
    party_id,
    related_party_id,
    relation_kind,
    share,
    valid_from,
    valid_to
from {{ ref('stg_party_relation') }}
where change_code = 'U'

union all

select
    before.party_id,
    before.related_party_id,
    before.relation_kind,
    before.share,
    before.valid_from,
    before.valid_to
from {{ source('carried', 'core_party_relation') }} as before
where not exists (
    select 1
    from {{ ref('stg_party_relation') }} as tonight
    where tonight.party_id = before.party_id and tonight.related_party_id = before.related_party_id and tonight.relation_kind = before.relation_kind
)
