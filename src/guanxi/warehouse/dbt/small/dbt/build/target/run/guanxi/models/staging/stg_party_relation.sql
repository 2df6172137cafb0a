
  
  create view "memory"."staging"."stg_party_relation__dbt_tmp" as (
    select
    change_code,
    party_id,
    related_party_id,
    relation_kind,
    share,
    valid_from,
    valid_to
from "memory"."landing"."party_relation"
  );
