select
    curve_code,
    currency,
    term_days,
    valid_from,
    annual_rate
from "memory"."staging"."stg_ftp_curve"

union all

select
    before.curve_code,
    before.currency,
    before.term_days,
    before.valid_from,
    before.annual_rate
from "memory"."carried"."core_ftp_curve" as before
where not exists (
    select 1
    from "memory"."staging"."stg_ftp_curve" as tonight
    where tonight.curve_code = before.curve_code and tonight.currency = before.currency and tonight.term_days = before.term_days and tonight.valid_from = before.valid_from
)