
    

    create  table
      "memory"."finance"."closed_twelve__dbt_tmp"
  
    
    as (
      with closed as (
    select
        agreement_id,
        month,
        balance_sum,
        interest,
        fees,
        cost,
        expected_loss
    from "memory"."closing"."agreement_month"

    union all

    select
        agreement_id,
        month,
        balance_sum,
        interest,
        fees,
        cost,
        expected_loss
    from "memory"."marts"."agreement_month"
)

select
    closed.agreement_id,
    cast(sum(case when closed.month = night.last_month_start then closed.balance_sum else 0 end) as decimal(18, 2))
        as last_month_sum,
    cast(sum(closed.interest) as decimal(18, 2)) as interest,
    cast(sum(closed.fees) as decimal(18, 2)) as fees,
    cast(sum(closed.cost) as decimal(18, 2)) as cost,
    cast(sum(closed.expected_loss) as decimal(18, 2)) as expected_loss
from closed
cross join "memory"."control"."night" as night
where closed.month >= night.twelve_start and closed.month < night.month_start
group by closed.agreement_id
    );
    
  