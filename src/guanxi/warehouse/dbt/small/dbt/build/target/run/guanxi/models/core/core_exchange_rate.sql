copy (
            select * from (
select
    currency,
    rate_date,
    mid_rate
from "memory"."staging"."stg_exchange_rate"

union all

select
    before.currency,
    before.rate_date,
    before.mid_rate
from "memory"."carried"."core_exchange_rate" as before
where not exists (
    select 1
    from "memory"."staging"."stg_exchange_rate" as tonight
    where tonight.currency = before.currency and tonight.rate_date = before.rate_date
)
            ) order by currency, rate_date
        ) to 'small/work/build/datasets/core/core_exchange_rate.parquet' (format parquet, parquet_version v2, compression zstd)