select
    curve_code,
    currency,
    term_days,
    valid_from,
    annual_rate
from {{ source('landing', 'ftp_curve') }}
