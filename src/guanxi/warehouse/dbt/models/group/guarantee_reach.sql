{#- Seventeen guarantees in a row at most, each a join. -#}
{%- set rounds = range(1, 17) -%}
with round_0 as (
    select guarantor_id, party_id
    from {{ ref('guarantee_step') }}
),

{% for round in rounds -%}
round_{{ round }} as (
    select distinct
        reached.guarantor_id,
        step.party_id
    from round_{{ round - 1 }} as reached
    inner join {{ ref('guarantee_step') }} as step on step.guarantor_id = reached.party_id
){{ ',' if not loop.last }}

{% endfor -%}
select guarantor_id, party_id
from round_16
