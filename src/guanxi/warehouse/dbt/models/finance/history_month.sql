with span as (
    select
        from_month.month as first_month,
        to_month.month as last_month,
        covered.month,
        covered.first_day,
        covered.last_day
    from {{ source('control', 'calendar') }} as from_month
    inner join {{ source('control', 'calendar') }} as to_month on to_month.month >= from_month.month
    inner join {{ source('control', 'calendar') }} as covered
        on covered.month >= from_month.month and covered.month <= to_month.month
)

select
    history.agreement_id,
    span.month,
    cast(sum(history.balance * ({{ days_between(
        'least(history.last_day, span.last_day)', 'greatest(history.first_day, span.first_day)') }} + 1)
    ) as decimal(18, 2)) as balance_sum,
    cast(sum(
        case when history.last_day >= span.last_day then history.balance else 0 end
    ) as decimal(18, 2)) as balance_end
from {{ ref('history_interval') }} as history
inner join span
    on span.first_month = {{ month_of('history.first_day') }}
    and span.last_month = {{ month_of('history.last_day') }}
group by history.agreement_id, span.month
