select
    cast(max(case when kind = 'setting' and key = 'movement_min' then value end) as decimal(18, 2)) as movement_min,
    cast(max(case when kind = 'setting' and key = 'maturity_days' then value end) as integer) as maturity_days,
    cast(max(case when kind = 'setting' and key = 'absent_days' then value end) as integer) as absent_days
from {{ ref('assumption_now') }}
