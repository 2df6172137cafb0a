with above as (
    select owner_id, party_id, owner_kind, control_share
    from {{ ref('ownership') }}
    where controls
),

-- Companies that control each other are one: the smallest number stands for the circle.
circle as (
    select
        above.party_id,
        min(above.owner_id) as first_id
    from above
    inner join above as back on back.owner_id = above.party_id and back.party_id = above.owner_id
    group by above.party_id
),

strictly as (
    select above.owner_id, above.party_id, above.owner_kind, above.control_share
    from above
    where not exists (
        select 1
        from above as back
        where back.owner_id = above.party_id and back.party_id = above.owner_id
    )
),

owned as (
    select
        party_id,
        max(case when owner_kind = 'organisation' then 1 else 0 end) as by_company
    from strictly
    group by party_id
),

-- Who stands above a company, and whether anybody, or any company, stands above that one.
candidate as (
    select
        strictly.party_id,
        strictly.owner_id,
        strictly.owner_kind,
        strictly.control_share,
        owned.party_id is null as is_top,
        coalesce(owned.by_company, 0) = 0 as is_top_company
    from strictly
    left join owned on owned.party_id = strictly.owner_id
),

placed as (
    select
        candidate.party_id,
        coalesce(least(candidate.owner_id, circle.first_id), candidate.owner_id) as owner_id,
        candidate.owner_kind,
        candidate.is_top,
        candidate.is_top_company,
        row_number() over (
            partition by candidate.party_id, candidate.is_top
            order by candidate.control_share desc, coalesce(least(candidate.owner_id, circle.first_id), candidate.owner_id)
        ) as place,
        row_number() over (
            partition by candidate.party_id, candidate.owner_kind, candidate.is_top_company
            order by candidate.control_share desc, coalesce(least(candidate.owner_id, circle.first_id), candidate.owner_id)
        ) as place_of_companies
    from candidate
    left join circle on circle.party_id = candidate.owner_id
),

found as (
    select
        party_id,
        max(case when is_top and place = 1 then owner_id end) as group_id,
        max(case when is_top_company and owner_kind = 'organisation' and place_of_companies = 1 then owner_id end)
            as parent_id
    from placed
    group by party_id
),

company as (
    select party_id
    from above

    union

    select owner_id as party_id
    from above
    where owner_kind = 'organisation'
)

select
    company.party_id,
    coalesce(found.group_id, least(circle.first_id, company.party_id), company.party_id) as group_id,
    coalesce(found.parent_id, least(circle.first_id, company.party_id), company.party_id) as parent_id
from company
left join found on found.party_id = company.party_id
left join circle on circle.party_id = company.party_id
