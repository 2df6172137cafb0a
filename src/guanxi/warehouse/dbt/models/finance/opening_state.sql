with until_now as (
    select
        history.agreement_id,
        sum(case when history.month = night.eve_month then history.balance_sum else 0 end) as month_sum,
        sum(case when history.month >= night.eve_quarter then history.balance_sum else 0 end) as quarter_sum,
        sum(case when history.month >= night.eve_year then history.balance_sum else 0 end) as year_sum,
        sum(case when calendar.last_day = {{ add_days('night.eve_month', -1) }} then history.balance_end else 0 end)
            as balance_month_open,
        sum(case when calendar.last_day = {{ add_days('night.eve_year', -1) }} then history.balance_end else 0 end)
            as balance_year_open,
        min(history.month) as first_month
    from {{ ref('history_month') }} as history
    inner join {{ source('control', 'calendar') }} as calendar on calendar.month = history.month
    cross join {{ source('opening', 'night') }} as night
    group by history.agreement_id
),

standing as (
    select
        history.agreement_id,
        history.first_day as balance_date,
        history.last_day = night.eve as in_force,
        history.balance,
        history.balance_own
    from {{ ref('history_interval') }} as history
    cross join {{ source('opening', 'night') }} as night
    where history.is_last
)

select
    agreement.agreement_id,
    agreement.party_id,
    agreement.record_id,
    agreement.agreement_kind,
    agreement.dimension,
    agreement.currency,
    agreement.opened_on,
    agreement.closed_on,
    agreement.status,
    agreement.maturity_date,
    agreement.risk_grade,
    agreement.days_overdue,
    agreement.day_basis,
    agreement.annual_rate,
    agreement.ftp_rate,
    agreement.spread,
    agreement.fee_rate,
    agreement.loss_rate,
    agreement.upkeep_rate,
    night.eve as seen_on,
    greatest(
        night.first_month,
        least({{ month_of('agreement.opened_on') }}, coalesce(until_now.first_month, night.eve_month))
    ) as first_month,
    cast(case when standing.in_force then standing.balance_own else 0 end as decimal(18, 2)) as balance_own,
    case when standing.in_force then standing.balance_date else agreement.closed_on end as balance_date,
    cast(case when standing.in_force then standing.balance else 0 end as decimal(18, 2)) as balance,
    cast(coalesce(until_now.balance_month_open, 0) as decimal(18, 2)) as balance_month_open,
    cast(coalesce(until_now.balance_year_open, 0) as decimal(18, 2)) as balance_year_open,
    cast(coalesce(until_now.month_sum, 0) as decimal(18, 2)) as month_sum,
    cast(coalesce(until_now.quarter_sum, 0) as decimal(18, 2)) as quarter_sum,
    cast(coalesce(until_now.year_sum, 0) as decimal(18, 2)) as year_sum,
    cast(0 as decimal(18, 2)) as last_month_sum,
    cast({{ exact_product('coalesce(until_now.month_sum, 0)', 'agreement.spread') }} as decimal(32, 8)) as interest_sum,
    cast({{ exact_product('coalesce(until_now.month_sum, 0)', 'agreement.fee_rate') }} as decimal(32, 8)) as fee_sum,
    cast({{ exact_product('coalesce(until_now.month_sum, 0)', 'coalesce(agreement.loss_rate, 0)') }}
        as decimal(32, 8)) as loss_sum,
    cast({{ open_days('agreement.opened_on', 'agreement.closed_on', 'night.eve_month', 'night.eve') }}
        * agreement.upkeep_rate as decimal(18, 6)) as upkeep_sum,
    cast(0 as decimal(18, 2)) as fee_events,
    cast(0 as integer) as event_count,
    cast(0 as decimal(18, 6)) as event_cost_sum,
    cast(0 as decimal(18, 2)) as interest_closed,
    cast(0 as decimal(18, 2)) as fees_closed,
    cast(0 as decimal(18, 2)) as cost_closed,
    cast(0 as decimal(18, 2)) as loss_closed
from {{ ref('agreement_priced') }} as agreement
cross join {{ source('opening', 'night') }} as night
left join until_now on until_now.agreement_id = agreement.agreement_id
left join standing on standing.agreement_id = agreement.agreement_id
