select
    currency,
    rate_date,
    mid_rate
from {{ source('landing', 'exchange_rate') }}
