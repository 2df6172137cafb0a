
  
  create view "memory"."staging"."stg_exchange_rate__dbt_tmp" as (
    select
    currency,
    rate_date,
    mid_rate
from "memory"."landing"."exchange_rate"
  );
