
    

    create  table
      "memory"."finance"."history_interval__dbt_tmp"
  
    
    as (
      with delivered as (
    select
        agreement_id,
        balance_date,
        balance,
        lead(balance_date) over (partition by agreement_id order by balance_date) as next_date,
        lag(balance) over (partition by agreement_id order by balance_date) as balance_before
    from "memory"."opening"."balance"
),

bounded as (
    select
        delivered.agreement_id,
        delivered.balance_date as first_day,
        case
            when delivered.next_date is not null then cast((delivered.next_date) + (-1) as date)
            when agreement.closed_on > delivered.balance_date and agreement.closed_on <= night.eve
                then cast((agreement.closed_on) + (-1) as date)
            else night.eve
        end as last_day,
        delivered.next_date,
        cast(case
        when agreement.currency = 'CNY' then delivered.balance
        else cast(round((cast(delivered.balance as decimal(22, 2)) * fx.mid_rate), 2) as decimal(18, 2))
    end as decimal(18, 2)) as balance,
        cast(case
        when agreement.currency = 'CNY' then delivered.balance_before
        else cast(round((cast(delivered.balance_before as decimal(22, 2)) * fx.mid_rate), 2) as decimal(18, 2))
    end as decimal(18, 2))
            as balance_before,
        delivered.balance as balance_own
    from delivered
    inner join "memory"."staging"."stg_agreement" as agreement on agreement.agreement_id = delivered.agreement_id
    cross join "memory"."control"."night" as night
    left join "memory"."finance"."fx_tonight" as fx on fx.currency = agreement.currency
)

select
    agreement_id,
    first_day,
    last_day,
    cast(date_trunc('month', first_day) as date) as first_month,
    cast(date_trunc('month', last_day) as date) as last_month,
    next_date is null as is_last,
    coalesce(balance, 0) as balance,
    balance_before,
    balance_own
from bounded
    );
    
  