
    

    create  table
      "memory"."finance"."unit_cost__dbt_tmp"
  
    
    as (
      with seen as (
    select distinct
        channel,
        event_kind
    from "memory"."staging"."stg_event"
)

select
    seen.channel,
    seen.event_kind,
    coalesce(exact.value, of_channel.value, of_kind.value, of_all.value) as cost
from seen
left join "memory"."finance"."assumption_now" as exact
    on exact.kind = 'unit_cost' and exact.key = seen.channel || ':' || seen.event_kind
left join "memory"."finance"."assumption_now" as of_channel
    on of_channel.kind = 'unit_cost' and of_channel.key = seen.channel || ':*'
left join "memory"."finance"."assumption_now" as of_kind
    on of_kind.kind = 'unit_cost' and of_kind.key = '*:' || seen.event_kind
left join "memory"."finance"."assumption_now" as of_all
    on of_all.kind = 'unit_cost' and of_all.key = '*:*'
    );
    
  