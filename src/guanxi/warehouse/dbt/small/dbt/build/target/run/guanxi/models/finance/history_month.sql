
    

    create  table
      "memory"."finance"."history_month__dbt_tmp"
  
    
    as (
      with span as (
    select
        from_month.month as first_month,
        to_month.month as last_month,
        covered.month,
        covered.first_day,
        covered.last_day
    from "memory"."control"."calendar" as from_month
    inner join "memory"."control"."calendar" as to_month on to_month.month >= from_month.month
    inner join "memory"."control"."calendar" as covered
        on covered.month >= from_month.month and covered.month <= to_month.month
)

select
    history.agreement_id,
    span.month,
    cast(sum(history.balance * (cast((least(history.last_day, span.last_day)) - (greatest(history.first_day, span.first_day)) as integer) + 1)
    ) as decimal(18, 2)) as balance_sum,
    cast(sum(
        case when history.last_day >= span.last_day then history.balance else 0 end
    ) as decimal(18, 2)) as balance_end
from "memory"."finance"."history_interval" as history
inner join span on span.first_month = history.first_month and span.last_month = history.last_month
group by history.agreement_id, span.month
    );
    
  