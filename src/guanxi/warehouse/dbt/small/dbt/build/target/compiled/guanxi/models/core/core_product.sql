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
from "memory"."staging"."stg_product"

union all

select
    before.product_id,
    before.product_name,
    before.product_name_en,
    before.dimension,
    before.agreement_kind,
    before.line,
    before.curve_code,
    before.day_basis,
    before.fee_rate,
    before.risk_level,
    before.on_sale,
    before.launched_on
from "memory"."carried"."core_product" as before
where not exists (
    select 1
    from "memory"."staging"."stg_product" as tonight
    where tonight.product_id = before.product_id
)