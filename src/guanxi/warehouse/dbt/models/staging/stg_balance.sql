select
    agreement_id,
    balance_date,
    balance,
    available
from {{ source('landing', 'balance') }}
