with delivered as (
    select
        agreement_id,
        balance_date,
        balance,
        lead(balance_date) over (partition by agreement_id order by balance_date) as next_date,
        lag(balance) over (partition by agreement_id order by balance_date) as balance_before
    from {{ source('opening', 'balance') }}
),

-- Few agreements are in another currency or closed: two small joins instead of one with every agreement.
foreign_agreement as (
    select
        agreement.agreement_id,
        agreement.currency,
        coalesce(fx.mid_rate, 0) as mid_rate
    from {{ ref('stg_agreement') }} as agreement
    left join {{ ref('fx_tonight') }} as fx on fx.currency = agreement.currency
    where agreement.currency <> 'CNY'
),

ended_agreement as (
    select
        agreement.agreement_id,
        agreement.closed_on
    from {{ ref('stg_agreement') }} as agreement
    cross join {{ source('opening', 'night') }} as night
    where agreement.closed_on <= night.eve
)

select
    delivered.agreement_id,
    delivered.balance_date as first_day,
    case
        when delivered.next_date is not null then {{ add_days('delivered.next_date', -1) }}
        when ended_agreement.closed_on > delivered.balance_date then {{ add_days('ended_agreement.closed_on', -1) }}
        else night.eve
    end as last_day,
    delivered.next_date is null as is_last,
    {{ in_cny('delivered.balance', "coalesce(foreign_agreement.currency, 'CNY')", 'foreign_agreement.mid_rate') }}
        as balance,
    {{ in_cny(
        'delivered.balance_before', "coalesce(foreign_agreement.currency, 'CNY')", 'foreign_agreement.mid_rate') }}
        as balance_before,
    case when delivered.next_date is null then delivered.balance end as balance_own
from delivered
cross join {{ source('opening', 'night') }} as night
left join foreign_agreement on foreign_agreement.agreement_id = delivered.agreement_id
left join ended_agreement on ended_agreement.agreement_id = delivered.agreement_id
