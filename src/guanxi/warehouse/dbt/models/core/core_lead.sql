select
    lead.party_id,
    lead.assignment_id,
    lead.manager_id,
    lead.instead_of,
    tonight.manager_id as file_manager_id,
    case
        when tonight.party_id is null then 'holds'
        when coalesce(tonight.manager_id, '') = coalesce(lead.manager_id, '') then 'agrees'
        when coalesce(tonight.manager_id, '') = '' then 'holds'
        when coalesce(tonight.manager_id, '') = lead.instead_of then 'holds'
        else 'overrides'
    end as outcome
from {{ source('control', 'lead') }} as lead
left join {{ ref('stg_party') }} as tonight
    on tonight.party_id = lead.party_id
    and tonight.change_code = 'U'
