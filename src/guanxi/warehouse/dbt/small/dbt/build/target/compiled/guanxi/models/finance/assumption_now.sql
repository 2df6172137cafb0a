select
    assumption.kind,
    assumption.key,
    assumption.value
from "memory"."control"."assumption" as assumption
cross join "memory"."control"."night" as night
where assumption.valid_from <= night.business_date
    and night.business_date < assumption.valid_to