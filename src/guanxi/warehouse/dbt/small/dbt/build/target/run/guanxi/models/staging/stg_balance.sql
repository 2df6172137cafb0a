
  
  create view "memory"."staging"."stg_balance__dbt_tmp" as (
    select
    agreement_id,
    balance_date,
    balance,
    available
from "memory"."landing"."balance"
  );
