
  
  create view "memory"."staging"."stg_institution__dbt_tmp" as (
    select
    institution_id,
    institution_name,
    institution_name_en,
    parent_id,
    institution_kind,
    city,
    opened_on,
    status
from "memory"."landing"."institution"
  );
