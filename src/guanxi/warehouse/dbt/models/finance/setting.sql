select
    cast(max(case when kind = 'setting' and key = 'movement_min' then value end) as decimal(18, 2)) as movement_min,
    cast(max(case when kind = 'setting' and key = 'maturity_days' then value end) as integer) as maturity_days,
    cast(max(case when kind = 'setting' and key = 'absent_days' then value end) as integer) as absent_days,
    max(case when kind = 'tier' and key = 'vip_min_contribution' then value end) as vip_min_contribution,
    max(case when kind = 'tier' and key = 'vip_min_assets' then value end) as vip_min_assets,
    max(case when kind = 'tier' and key = 'affluent_min_contribution' then value end) as affluent_min_contribution,
    max(case when kind = 'tier' and key = 'affluent_min_assets' then value end) as affluent_min_assets,
    max(case when kind = 'tier' and key = 'core_min_contribution' then value end) as core_min_contribution,
    max(case when kind = 'tier' and key = 'core_min_assets' then value end) as core_min_assets,
    max(case when kind = 'tier' and key = 'potential_min_assets' then value end) as potential_min_assets,
    max(case when kind = 'tier' and key = 'potential_growth' then value end) as potential_growth,
    cast(max(case when kind = 'tier' and key = 'restricted_days_overdue' then value end) as integer)
        as restricted_days_overdue,
    cast(max(case when kind = 'alert' and key = 'flow_least' then value end) as decimal(18, 2)) as flow_least,
    max(case when kind = 'alert' and key = 'flow_times' then value end) as flow_times,
    cast(max(case when kind = 'alert' and key = 'flow_days' then value end) as integer) as flow_days,
    cast(max(case when kind = 'alert' and key = 'fall_least' then value end) as decimal(18, 2)) as fall_least,
    max(case when kind = 'alert' and key = 'fall_share' then value end) as fall_share,
    cast(max(case when kind = 'alert' and key = 'ahead_days' then value end) as integer) as ahead_days
from {{ ref('assumption_now') }}
