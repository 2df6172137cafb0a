with many as (
    select distinct party_number
    from {{ ref('record_moved') }}
)

select
    record.party_id as record_id,
    many.party_number
from {{ ref('party_record') }} as record
left join {{ ref('record_moved') }} as moved on moved.record_id = record.party_id
inner join many on many.party_number = coalesce(moved.party_number, record.party_id)
