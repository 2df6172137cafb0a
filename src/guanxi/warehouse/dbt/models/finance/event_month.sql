select
    event.agreement_id,
    {{ month_of('event.event_time') }} as month,
    cast(sum(coalesce(event.fee_amount, 0)) as decimal(18, 2)) as fee_own,
    cast(count(*) as integer) as event_count,
    cast(sum(unit_cost.cost) as decimal(18, 6)) as event_cost_sum
from {{ ref('stg_event') }} as event
left join {{ ref('unit_cost') }} as unit_cost
    on unit_cost.channel = event.channel and unit_cost.event_kind = event.event_kind
group by event.agreement_id, {{ month_of('event.event_time') }}
