with wanted as (
    select record_id, party_number, true as is_shared
    from {{ ref('record_shared') }}

    union all

    select shown.record_id, shown.party_number, false as is_shared
    from {{ ref('record_shown') }} as shown
    where not exists (
        select 1
        from {{ ref('record_shared') }} as shared
        where shared.record_id = shown.record_id
    )
),

ranked as (
    select
        wanted.record_id,
        assumption.key as source,
        assumption.value as source_rank,
        row_number() over (partition by wanted.record_id order by length(assumption.key) desc) as place
    from wanted
    inner join {{ ref('assumption_now') }} as assumption
        on assumption.kind = 'source_rank'
        and substr(wanted.record_id, 1, length(assumption.key)) = assumption.key
)

select
    wanted.record_id,
    wanted.party_number,
    wanted.is_shared,
    coalesce(ranked.source, '') as source,
    cast(coalesce(ranked.source_rank, 100) as integer) as source_rank
from wanted
left join ranked on ranked.record_id = wanted.record_id and ranked.place = 1
