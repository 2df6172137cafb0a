select
    agreement_id,
    balance_date,
    balance,
    available
from "memory"."landing"."balance"