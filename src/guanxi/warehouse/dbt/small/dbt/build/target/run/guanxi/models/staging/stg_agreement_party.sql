
  
  create view "memory"."staging"."stg_agreement_party__dbt_tmp" as (
    select
    change_code,
    agreement_id,
    party_id,
    role,
    valid_from,
    valid_to
from "memory"."landing"."agreement_party"
  );
