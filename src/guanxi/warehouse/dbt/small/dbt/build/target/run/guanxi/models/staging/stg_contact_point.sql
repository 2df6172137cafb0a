
  
  create view "memory"."staging"."stg_contact_point__dbt_tmp" as (
    select
    change_code,
    party_id,
    contact_kind,
    sequence_no,
    contact_value,
    region_code,
    is_primary
from "memory"."landing"."contact_point"
  );
