select
    currency,
    rate_date,
    mid_rate
from {{ ref('stg_exchange_rate') }}

union all

select
    before.currency,
    before.rate_date,
    before.mid_rate
from {{ source('carried', 'core_exchange_rate') }} as before
where not exists (
    select 1
    from {{ ref('stg_exchange_rate') }} as tonight
    where tonight.currency = before.currency and tonight.rate_date = before.rate_date
)
