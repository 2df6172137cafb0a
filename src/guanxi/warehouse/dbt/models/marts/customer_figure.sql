with payroll as (
    select
        coalesce(company.party_number, pair.party_id) as party_id,
        cast(count(distinct coalesce(person.party_number, pair.other_id)) as integer) as payroll_staff
    from {{ ref('core_payment_pair') }} as pair
    cross join {{ source('control', 'night') }} as night
    left join {{ ref('record_moved') }} as company on company.record_id = pair.party_id
    left join {{ ref('record_moved') }} as person on person.record_id = pair.other_id
    where pair.role = 'staff' and pair.last_on >= {{ add_days('night.business_date', -62) }}
    group by coalesce(company.party_number, pair.party_id)
),

measured as (
    select
        party.party_id,
        party.party_kind,
        party.party_name,
        case when party.party_kind = 'organisation' then {{ industry('party.industry_code') }} else '' end as industry,
        coalesce(payroll.payroll_staff, 0) as payroll_staff,
        party.institution_id,
        party.manager_id,
        party.restricted,
        party.aml_risk,
        party.opened_on,
        coalesce(total.deposit, 0) as deposit,
        coalesce(total.loan, 0) as loan,
        coalesce(total.wealth, 0) as wealth,
        coalesce(total.deposit + total.wealth, 0) as assets,
        coalesce(total.assets_previous, 0) as assets_previous,
        coalesce(total.assets_month_open, 0) as assets_month_open,
        coalesce(total.assets_year_open, 0) as assets_year_open,
        coalesce(total.loan_previous, 0) as loan_previous,
        coalesce(total.loan_month_open, 0) as loan_month_open,
        coalesce(total.loan_year_open, 0) as loan_year_open,
        coalesce({{ divide_money('total.assets_month_sum', 'night.month_days') }}, 0) as assets_adb_mtd,
        coalesce({{ divide_money('total.assets_quarter_sum', 'night.quarter_days') }}, 0) as assets_adb_qtd,
        coalesce({{ divide_money('total.assets_year_sum', 'night.year_days') }}, 0) as assets_adb_ytd,
        coalesce({{ divide_money('total.deposit_month_sum', 'night.month_days') }}, 0) as deposit_adb_mtd,
        coalesce({{ divide_money('total.deposit_quarter_sum', 'night.quarter_days') }}, 0) as deposit_adb_qtd,
        coalesce({{ divide_money('total.deposit_year_sum', 'night.year_days') }}, 0) as deposit_adb_ytd,
        coalesce({{ divide_money('total.loan_month_sum', 'night.month_days') }}, 0) as loan_adb_mtd,
        coalesce({{ divide_money('total.loan_quarter_sum', 'night.quarter_days') }}, 0) as loan_adb_qtd,
        coalesce({{ divide_money('total.loan_year_sum', 'night.year_days') }}, 0) as loan_adb_ytd,
        coalesce({{ divide_money('total.assets_last_month_sum', 'night.last_month_days') }}, 0) as assets_adb_last,
        coalesce(total.contribution_mtd, 0) as contribution_mtd,
        coalesce(total.deposit_r12 + total.loan_r12 + total.fee_r12 + total.e_banking_r12, 0) as contribution_r12,
        coalesce(total.deposit_r12, 0) as deposit_r12,
        coalesce(total.loan_r12, 0) as loan_r12,
        coalesce(total.fee_r12, 0) as fee_r12,
        coalesce(total.e_banking_r12, 0) as e_banking_r12,
        coalesce(total.interest_r12, 0) as interest_r12,
        coalesce(total.fees_r12, 0) as fees_r12,
        coalesce(total.cost_r12, 0) as cost_r12,
        coalesce(total.expected_loss_r12, 0) as expected_loss_r12,
        case
            when total.first_month is null then 0
            else least(12, {{ month_number('night.month_start') }} - {{ month_number('total.first_month') }} + 1)
        end as months_known,
        coalesce(total.product_kinds, 0) as product_kinds,
        coalesce(total.product_count, 0) as product_count,
        coalesce(total.days_overdue, 0) as days_overdue,
        coalesce(total.risk_rank, 0) as risk_rank,
        total.next_maturity
    from {{ ref('core_party') }} as party
    cross join {{ source('control', 'night') }} as night
    left join {{ ref('customer_total') }} as total on total.party_id = party.party_id
    left join payroll on payroll.party_id = party.party_id
),

-- What the rules of the tiers ask for, under the names by which their tables know it.
asked as (
    select
        measured.*,
        case
            when measured.assets_adb_last > 0
                then {{ divide_ratio('measured.assets_adb_mtd', 'measured.assets_adb_last') }}
        end as trend,
        case measured.risk_rank
            when 0 then ''
            when 1 then 'normal'
            when 2 then 'special_mention'
            when 3 then 'substandard'
            when 4 then 'doubtful'
            else 'loss'
        end as risk_grade
    from measured
)

select
    night.business_date,
    line.party_id,
    line.party_kind as kind,
    line.party_name as name,
    line.institution_id,
    line.manager_id,
    line.rule_tier as tier,
    line.rule_sub_tier as sub_tier,
    line.rule_reason as tier_reason,
    line.rule_version || ' ' || line.rule_path as tier_decision,
    case
        when before.tier = line.rule_tier and before.sub_tier = line.rule_sub_tier then before.tier_since
        else night.business_date
    end as tier_since,
    cast(line.deposit as decimal(18, 2)) as deposit,
    cast(line.loan as decimal(18, 2)) as loan,
    cast(line.wealth as decimal(18, 2)) as wealth,
    cast(line.assets as decimal(18, 2)) as assets,
    cast(line.assets_previous as decimal(18, 2)) as assets_previous,
    cast(line.assets_month_open as decimal(18, 2)) as assets_month_open,
    cast(line.assets_year_open as decimal(18, 2)) as assets_year_open,
    cast(line.loan_previous as decimal(18, 2)) as loan_previous,
    cast(line.loan_month_open as decimal(18, 2)) as loan_month_open,
    cast(line.loan_year_open as decimal(18, 2)) as loan_year_open,
    cast(line.assets_adb_mtd as decimal(18, 2)) as assets_adb_mtd,
    cast(line.assets_adb_qtd as decimal(18, 2)) as assets_adb_qtd,
    cast(line.assets_adb_ytd as decimal(18, 2)) as assets_adb_ytd,
    cast(line.deposit_adb_mtd as decimal(18, 2)) as deposit_adb_mtd,
    cast(line.deposit_adb_qtd as decimal(18, 2)) as deposit_adb_qtd,
    cast(line.deposit_adb_ytd as decimal(18, 2)) as deposit_adb_ytd,
    cast(line.loan_adb_mtd as decimal(18, 2)) as loan_adb_mtd,
    cast(line.loan_adb_qtd as decimal(18, 2)) as loan_adb_qtd,
    cast(line.loan_adb_ytd as decimal(18, 2)) as loan_adb_ytd,
    cast(line.contribution_mtd as decimal(18, 2)) as contribution_mtd,
    cast(line.contribution_r12 as decimal(18, 2)) as contribution_r12,
    cast(line.deposit_r12 as decimal(18, 2)) as deposit_r12,
    cast(line.loan_r12 as decimal(18, 2)) as loan_r12,
    cast(line.fee_r12 as decimal(18, 2)) as fee_r12,
    cast(line.e_banking_r12 as decimal(18, 2)) as e_banking_r12,
    cast(line.interest_r12 as decimal(18, 2)) as interest_r12,
    cast(line.fees_r12 as decimal(18, 2)) as fees_r12,
    cast(line.cost_r12 as decimal(18, 2)) as cost_r12,
    cast(line.expected_loss_r12 as decimal(18, 2)) as expected_loss_r12,
    cast(line.months_known as smallint) as months_known,
    line.trend,
    line.product_kinds,
    line.product_count,
    line.days_overdue,
    line.risk_grade,
    line.next_maturity,
    line.restricted,
    line.opened_on,
    line.industry,
    line.payroll_staff
from {{ decide('tier', 'asked') }} as line
cross join {{ source('control', 'night') }} as night
left join {{ source('carried', 'customer_tier') }} as before on before.party_id = line.party_id
