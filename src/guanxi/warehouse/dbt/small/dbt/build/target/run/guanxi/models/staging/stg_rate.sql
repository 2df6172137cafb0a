
  
  create view "memory"."staging"."stg_rate__dbt_tmp" as (
    select
    product_id,
    currency,
    term_days,
    valid_from,
    annual_rate
from "memory"."landing"."rate"
  );
