with votes as (
    select
        control.controller_id as owner_id,
        held.party_id,
        least(1, sum(held.share)) as share
    from {{ ref('control') }} as control
    inner join {{ ref('share_held') }} as held on held.owner_id = control.party_id
    where control.controller_id <> held.party_id
    group by control.controller_id, held.party_id
),

line as (
    select owner_id, party_id, share as effective, 0 as votes, 0 as direct, 0 as controls
    from {{ ref('share_effective') }}

    union all

    select owner_id, party_id, 0 as effective, share as votes, 0 as direct, 0 as controls
    from votes

    union all

    select owner_id, party_id, 0 as effective, 0 as votes, share as direct, 0 as controls
    from {{ ref('share_held') }}

    union all

    select controller_id as owner_id, party_id, 0 as effective, 0 as votes, 0 as direct, 1 as controls
    from {{ ref('control') }}
    where controller_id <> party_id
),

summed as (
    select
        owner_id,
        party_id,
        cast(sum(direct) as decimal(9, 6)) as direct_share,
        cast(sum(effective) as decimal(9, 6)) as effective_share,
        cast(sum(votes) as decimal(9, 6)) as control_share,
        max(controls) = 1 as controls
    from line
    group by owner_id, party_id
)

select
    summed.owner_id,
    summed.party_id,
    owner.party_kind as owner_kind,
    summed.direct_share,
    summed.effective_share,
    summed.control_share,
    summed.controls,
    owner.party_kind = 'person' and (summed.effective_share >= setting.beneficial_least or summed.controls) as is_beneficial
from summed
inner join {{ ref('core_party') }} as owner on owner.party_id = summed.owner_id
cross join {{ ref('group_setting') }} as setting
where summed.controls or summed.direct_share > 0 or summed.effective_share >= setting.shown_least
