{#- Sixteen holdings in a row at most: as many joins as holdings, because not every engine recurses. With each more, a
  circle is gone through further; what is left out of one in which each company holds half of the next is a hundred-thousandth. -#}
{%- set hops = range(1, 17) -%}
with itself as (
    select distinct
        owner_id,
        owner_id as party_id,
        cast(1 as decimal(19, 12)) as share
    from {{ ref('share_held') }}
    where share > 0
),

hop_0 as (
    select owner_id, party_id, share
    from itself
),

{% for hop in hops -%}
hop_{{ hop }} as (
    select
        line.owner_id,
        line.party_id,
        cast(sum(line.share) as decimal(19, 12)) as share
    from (
        select owner_id, party_id, share
        from itself

        union all

        select
            reached.owner_id,
            held.party_id,
            cast(reached.share * held.share as decimal(19, 12)) as share
        from hop_{{ hop - 1 }} as reached
        inner join {{ ref('share_held') }} as held on held.owner_id = reached.party_id
        where held.share > 0
    ) as line
    group by line.owner_id, line.party_id
),

{% endfor -%}
-- What comes back to the owner through a circle was the owner's already.
own as (
    select owner_id, share
    from hop_16
    where owner_id = party_id
)

select
    line.owner_id,
    line.party_id,
    cast(least(1, case
        when own.share = 1 then line.share
        else round(cast(line.share as double) / cast(own.share as double), 6)
    end) as decimal(9, 6)) as share
from hop_16 as line
inner join own on own.owner_id = line.owner_id
where line.owner_id <> line.party_id
