with said as (
    select
        party_id,
        reason,
        done,
        snoozed,
        useless,
        said_on
    from {{ source('carried', 'customer_answer') }}

    union all

    select
        party_id,
        reason,
        case when verdict = 'done' then 1 else 0 end as done,
        case when verdict = 'snoozed' then 1 else 0 end as snoozed,
        case when verdict = 'useless' then 1 else 0 end as useless,
        said_on
    from {{ source('control', 'mark') }}
)

-- By record, so that customers who are parted again have what was said of each. Of whom the bank no longer tells anything,
-- nothing is carried on.
select
    said.party_id,
    said.reason,
    cast(sum(said.done) as integer) as done,
    cast(sum(said.snoozed) as integer) as snoozed,
    cast(sum(said.useless) as integer) as useless,
    max(said.said_on) as said_on
from said
inner join {{ ref('party_record') }} as record on record.party_id = said.party_id
group by said.party_id, said.reason
