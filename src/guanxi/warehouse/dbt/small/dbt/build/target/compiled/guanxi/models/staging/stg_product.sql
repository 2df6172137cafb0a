select
    product_id,
    product_name,
    product_name_en,
    dimension,
    agreement_kind,
    line,
    curve_code,
    day_basis,
    fee_rate,
    risk_level,
    on_sale,
    launched_on
from "memory"."landing"."product"