select
    coalesce(moved.party_number, said.party_id) as party_id,
    said.reason,
    cast(sum(said.done) as integer) as done,
    cast(sum(said.snoozed) as integer) as snoozed,
    cast(sum(said.useless) as integer) as useless,
    max(said.said_on) as said_on
from {{ ref('customer_answer') }} as said
left join {{ ref('record_moved') }} as moved on moved.record_id = said.party_id
group by coalesce(moved.party_number, said.party_id), said.reason
