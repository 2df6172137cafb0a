{#- Ten steps of control at most, each a join: what one controls votes with it, and may so make it control more. -#}
{%- set rounds = range(1, 11) -%}
with member as (
    select owner_id as party_id
    from {{ ref('share_held') }}

    union

    select party_id
    from {{ ref('share_held') }}
),

-- Whoever is controlled stays so: each counts as its own.
held as (
    select owner_id, party_id, share, stated
    from {{ ref('share_held') }}

    union all

    select
        party_id as owner_id,
        party_id,
        cast(0 as decimal(19, 12)) as share,
        1 as stated
    from member
),

round_0 as (
    select distinct
        owner_id as controller_id,
        owner_id as party_id
    from {{ ref('share_held') }}
),

{% for round in rounds -%}
round_{{ round }} as (
    select
        reached.controller_id,
        held.party_id
    from round_{{ round - 1 }} as reached
    inner join held on held.owner_id = reached.party_id
    cross join {{ ref('group_setting') }} as setting
    group by reached.controller_id, held.party_id, setting.control_above
    having sum(held.share) > setting.control_above or max(held.stated) = 1
){{ ',' if not loop.last }}

{% endfor -%}
select
    controller_id,
    party_id
from round_10
