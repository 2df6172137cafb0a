select
    currency,
    rate_date,
    mid_rate
from "memory"."landing"."exchange_rate"