select
    curve_code,
    currency,
    term_days,
    valid_from,
    annual_rate
from "memory"."landing"."ftp_curve"