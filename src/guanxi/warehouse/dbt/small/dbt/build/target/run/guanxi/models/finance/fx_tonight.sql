
    

    create  table
      "memory"."finance"."fx_tonight__dbt_tmp"
  
    
    as (
      with latest as (
    select
        rate.currency,
        max(rate.rate_date) as rate_date
    from "memory"."core"."core_exchange_rate" as rate
    cross join "memory"."control"."night" as night
    where rate.rate_date <= night.business_date and rate.currency <> 'CNY'
    group by rate.currency
)

select
    latest.currency,
    latest.rate_date,
    rate.mid_rate
from latest
inner join "memory"."core"."core_exchange_rate" as rate
    on rate.currency = latest.currency and rate.rate_date = latest.rate_date
    );
    
  