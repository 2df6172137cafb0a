select
    product_id,
    currency,
    term_days,
    valid_from,
    annual_rate
from "memory"."staging"."stg_rate"

union all

select
    before.product_id,
    before.currency,
    before.term_days,
    before.valid_from,
    before.annual_rate
from "memory"."carried"."core_rate" as before
where not exists (
    select 1
    from "memory"."staging"."stg_rate" as tonight
    where tonight.product_id = before.product_id and tonight.currency = before.currency and tonight.term_days = before.term_days and tonight.valid_from = before.valid_from
)