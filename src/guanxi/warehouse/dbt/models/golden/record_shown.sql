with many as (
    select party_number
    from {{ ref('record_shared') }}
    group by party_number
    having count(*) > 1
),

wanted as (
    select shared.record_id
    from {{ ref('record_shared') }} as shared
    inner join many on many.party_number = shared.party_number

    union

    select left_record as record_id
    from {{ source('identity', 'identity_pair') }}

    union

    select right_record as record_id
    from {{ source('identity', 'identity_pair') }}

    union

    select left_record as record_id
    from {{ source('identity', 'identity_sample') }}

    union

    select right_record as record_id
    from {{ source('identity', 'identity_sample') }}
)

select
    record.party_id as record_id,
    coalesce(moved.party_number, record.party_id) as party_number
from {{ ref('party_record') }} as record
inner join wanted on wanted.record_id = record.party_id
left join {{ ref('record_moved') }} as moved on moved.record_id = record.party_id
