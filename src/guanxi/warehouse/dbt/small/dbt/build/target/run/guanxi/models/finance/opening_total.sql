
    

    create  table
      "memory"."finance"."opening_total__dbt_tmp"
  
    
    as (
      select
    party_id,
    sum(deposit) as deposit,
    sum(loan) as loan,
    sum(wealth) as wealth
from "memory"."finance"."history_change"
group by party_id
    );
    
  