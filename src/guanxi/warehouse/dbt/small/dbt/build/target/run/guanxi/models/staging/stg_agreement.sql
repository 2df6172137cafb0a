
  
  create view "memory"."staging"."stg_agreement__dbt_tmp" as (
    select
    agreement_id,
    agreement_kind,
    account_number,
    product_id,
    party_id,
    institution_id,
    currency,
    opened_on,
    closed_on,
    status,
    amount,
    annual_rate,
    term_days,
    value_date,
    maturity_date,
    auto_renew,
    repayment,
    risk_grade,
    days_overdue,
    overdue_amount
from "memory"."landing"."agreement"
  );
