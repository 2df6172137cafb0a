
  
  create view "memory"."staging"."stg_party__dbt_tmp" as (
    select
    change_code,
    party_id,
    party_kind,
    party_name,
    party_name_en,
    gender,
    birth_date,
    nationality,
    education,
    occupation,
    annual_income,
    industry_code,
    organisation_scale,
    registered_capital,
    employees,
    established_on,
    institution_id,
    manager_id,
    opened_on,
    investment_risk,
    aml_risk,
    restricted,
    status
from "memory"."landing"."party"
  );
