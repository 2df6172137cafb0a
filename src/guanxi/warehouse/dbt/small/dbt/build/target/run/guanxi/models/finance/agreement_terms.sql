
    

    create  table
      "memory"."finance"."agreement_terms__dbt_tmp"
  
    
    as (
      with wanted as (
    select distinct
        agreement.product_id,
        agreement.currency,
        coalesce(agreement.term_days, 0) as term_days,
        case
            when agreement.term_days > 0 then coalesce(agreement.value_date, agreement.opened_on)
            else night.business_date
        end as reference_date
    from "memory"."staging"."stg_agreement" as agreement
    cross join "memory"."control"."night" as night
),

sheet_point as (
    select
        term.product_id,
        term.currency,
        term.term_days,
        coalesce(
            max(case when rate.term_days <= term.term_days then rate.term_days end), min(rate.term_days)
        ) as point
    from (select distinct product_id, currency, term_days from wanted) as term
    inner join "memory"."core"."core_rate" as rate
        on rate.product_id = term.product_id and rate.currency = term.currency
    group by term.product_id, term.currency, term.term_days
),

sheet_version as (
    select
        wanted.product_id,
        wanted.currency,
        wanted.term_days,
        wanted.reference_date,
        sheet_point.point,
        coalesce(
            max(case when rate.valid_from <= wanted.reference_date then rate.valid_from end), min(rate.valid_from)
        ) as valid_from
    from wanted
    inner join sheet_point
        on sheet_point.product_id = wanted.product_id
        and sheet_point.currency = wanted.currency
        and sheet_point.term_days = wanted.term_days
    inner join "memory"."core"."core_rate" as rate
        on rate.product_id = wanted.product_id
        and rate.currency = wanted.currency
        and rate.term_days = sheet_point.point
    group by wanted.product_id, wanted.currency, wanted.term_days, wanted.reference_date, sheet_point.point
),

curve_point as (
    select
        term.product_id,
        term.currency,
        term.term_days,
        product.curve_code,
        coalesce(
            max(case when curve.term_days <= term.term_days then curve.term_days end), min(curve.term_days)
        ) as point
    from (select distinct product_id, currency, term_days from wanted) as term
    inner join "memory"."core"."core_product" as product on product.product_id = term.product_id
    inner join "memory"."core"."core_ftp_curve" as curve
        on curve.curve_code = product.curve_code and curve.currency = term.currency
    group by term.product_id, term.currency, term.term_days, product.curve_code
),

curve_version as (
    select
        wanted.product_id,
        wanted.currency,
        wanted.term_days,
        wanted.reference_date,
        curve_point.curve_code,
        curve_point.point,
        coalesce(
            max(case when curve.valid_from <= wanted.reference_date then curve.valid_from end), min(curve.valid_from)
        ) as valid_from
    from wanted
    inner join curve_point
        on curve_point.product_id = wanted.product_id
        and curve_point.currency = wanted.currency
        and curve_point.term_days = wanted.term_days
    inner join "memory"."core"."core_ftp_curve" as curve
        on curve.curve_code = curve_point.curve_code
        and curve.currency = wanted.currency
        and curve.term_days = curve_point.point
    group by
        wanted.product_id, wanted.currency, wanted.term_days, wanted.reference_date,
        curve_point.curve_code, curve_point.point
)

select
    wanted.product_id,
    wanted.currency,
    wanted.term_days,
    wanted.reference_date,
    product.dimension,
    cast(product.day_basis as smallint) as day_basis,
    cast(coalesce(product.fee_rate, 0) as decimal(9, 6)) as fee_rate,
    sheet.annual_rate as sheet_rate,
    curve.annual_rate as ftp_rate
from wanted
inner join "memory"."core"."core_product" as product on product.product_id = wanted.product_id
left join sheet_version
    on sheet_version.product_id = wanted.product_id
    and sheet_version.currency = wanted.currency
    and sheet_version.term_days = wanted.term_days
    and sheet_version.reference_date = wanted.reference_date
left join "memory"."core"."core_rate" as sheet
    on sheet.product_id = wanted.product_id
    and sheet.currency = wanted.currency
    and sheet.term_days = sheet_version.point
    and sheet.valid_from = sheet_version.valid_from
left join curve_version
    on curve_version.product_id = wanted.product_id
    and curve_version.currency = wanted.currency
    and curve_version.term_days = wanted.term_days
    and curve_version.reference_date = wanted.reference_date
left join "memory"."core"."core_ftp_curve" as curve
    on curve.curve_code = curve_version.curve_code
    and curve.currency = wanted.currency
    and curve.term_days = curve_version.point
    and curve.valid_from = curve_version.valid_from
    );
    
  