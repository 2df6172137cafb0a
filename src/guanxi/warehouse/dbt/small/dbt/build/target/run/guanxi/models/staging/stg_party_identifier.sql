
  
  create view "memory"."staging"."stg_party_identifier__dbt_tmp" as (
    select
    change_code,
    party_id,
    identifier_kind,
    identifier_number,
    valid_from,
    valid_to,
    is_primary
from "memory"."landing"."party_identifier"
  );
