with delivered as (
    select
        agreement_id,
        balance_date,
        balance,
        lead(balance_date) over (partition by agreement_id order by balance_date) as next_date,
        lag(balance) over (partition by agreement_id order by balance_date) as balance_before
    from {{ source('opening', 'balance') }}
),

bounded as (
    select
        delivered.agreement_id,
        delivered.balance_date as first_day,
        case
            when delivered.next_date is not null then {{ add_days('delivered.next_date', -1) }}
            when agreement.closed_on > delivered.balance_date and agreement.closed_on <= night.eve
                then {{ add_days('agreement.closed_on', -1) }}
            else night.eve
        end as last_day,
        delivered.next_date,
        cast({{ in_cny('delivered.balance', 'agreement.currency', 'fx.mid_rate') }} as decimal(18, 2)) as balance,
        cast({{ in_cny('delivered.balance_before', 'agreement.currency', 'fx.mid_rate') }} as decimal(18, 2))
            as balance_before,
        delivered.balance as balance_own
    from delivered
    inner join {{ ref('stg_agreement') }} as agreement on agreement.agreement_id = delivered.agreement_id
    cross join {{ source('control', 'night') }} as night
    left join {{ ref('fx_tonight') }} as fx on fx.currency = agreement.currency
)

select
    agreement_id,
    first_day,
    last_day,
    {{ month_of('first_day') }} as first_month,
    {{ month_of('last_day') }} as last_month,
    next_date is null as is_last,
    coalesce(balance, 0) as balance,
    balance_before,
    balance_own
from bounded
