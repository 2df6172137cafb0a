
  
  create view "memory"."staging"."stg_ftp_curve__dbt_tmp" as (
    select
    curve_code,
    currency,
    term_days,
    valid_from,
    annual_rate
from "memory"."landing"."ftp_curve"
  );
