with tonight as (
    select
        record.party_id,
        record.manager_id
    from {{ ref('stg_party') }} as record
    where record.change_code = 'U'
        and not exists (
            select 1
            from {{ ref('record_shared') }} as shared
            where shared.record_id = record.party_id
        )

    union all

    -- A party of several records is in tonight's file with any of them; the file's word is the manager who prevails.
    select
        golden.party_id,
        golden.manager_id
    from {{ ref('party_golden') }} as golden
    inner join (
        select distinct shared.party_number
        from {{ ref('record_shared') }} as shared
        inner join {{ ref('stg_party') }} as record on record.party_id = shared.record_id and record.change_code = 'U'
    ) as stated on stated.party_number = golden.party_id
)

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
left join tonight on tonight.party_id = lead.party_id
