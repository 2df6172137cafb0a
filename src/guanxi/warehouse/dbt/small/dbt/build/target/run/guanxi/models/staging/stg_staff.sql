
  
  create view "memory"."staging"."stg_staff__dbt_tmp" as (
    select
    staff_id,
    staff_name,
    institution_id,
    role,
    line,
    phone,
    email,
    joined_on,
    left_on,
    status
from "memory"."landing"."staff"
  );
