{#- Six steps from one member to another at most. -#}
{%- set rounds = range(1, 7) -%}
with pair as (
    select pair.*
    from {{ ref('household_pair') }} as pair
    cross join {{ ref('group_setting') }} as setting
    where pair.likely >= setting.household_least
),

side as (
    select one_id as party_id, other_id, by_relation, by_account, by_address, likely from pair
    union all
    select other_id as party_id, one_id as other_id, by_relation, by_account, by_address, likely from pair
),

step as (
    select party_id, other_id from side
    union
    select party_id, party_id as other_id from side
),

round_0 as (
    select party_id, min(other_id) as household_id
    from step
    group by party_id
),

{% for round in rounds -%}
round_{{ round }} as (
    select
        step.party_id,
        min(reached.household_id) as household_id
    from step
    inner join round_{{ round - 1 }} as reached on reached.party_id = step.other_id
    group by step.party_id
),

{% endfor -%}
member as (
    select
        party_id,
        max(likely) as probability,
        max(case when by_relation > 0 then 1 else 0 end) = 1 as by_relation,
        max(case when by_account > 0 then 1 else 0 end) = 1 as by_account,
        max(case when by_address > 0 then 1 else 0 end) = 1 as by_address
    from side
    group by party_id
)

select
    member.party_id,
    found.household_id,
    cast(member.probability as decimal(9, 6)) as probability,
    member.by_relation,
    member.by_account,
    member.by_address
from member
inner join round_6 as found on found.party_id = member.party_id
