with line as (
    select
        rounded.*,
        rounded.agreement_kind in ('demand_deposit', 'term_deposit') as is_deposit,
        rounded.agreement_kind in ('loan', 'card') as is_loan,
        rounded.agreement_kind in ('wealth', 'insurance', 'fund') as is_wealth,
        rounded.agreement_kind in ('demand_deposit', 'term_deposit', 'wealth', 'insurance', 'fund') as is_asset,
        rounded.agreement_kind in ('loan', 'card') and rounded.status <> 'closed' as is_owed,
        rounded.status in ('active', 'dormant', 'frozen') as is_held
    from {{ ref('agreement_rounded') }} as rounded
)

select
    line.party_id,
    cast(sum(case when line.is_deposit then line.balance else 0 end) as decimal(18, 2)) as deposit,
    cast(sum(case when line.is_loan then line.balance else 0 end) as decimal(18, 2)) as loan,
    cast(sum(case when line.is_wealth then line.balance else 0 end) as decimal(18, 2)) as wealth,
    cast(sum(case when line.is_asset then line.balance_previous else 0 end) as decimal(18, 2)) as assets_previous,
    cast(sum(case when line.is_loan then line.balance_previous else 0 end) as decimal(18, 2)) as loan_previous,
    cast(sum(case when line.is_asset then line.balance_month_open else 0 end) as decimal(18, 2)) as assets_month_open,
    cast(sum(case when line.is_loan then line.balance_month_open else 0 end) as decimal(18, 2)) as loan_month_open,
    cast(sum(case when line.is_asset then line.balance_year_open else 0 end) as decimal(18, 2)) as assets_year_open,
    cast(sum(case when line.is_loan then line.balance_year_open else 0 end) as decimal(18, 2)) as loan_year_open,
    cast(sum(case when line.is_deposit then line.month_sum else 0 end) as decimal(18, 2)) as deposit_month_sum,
    cast(sum(case when line.is_deposit then line.quarter_sum else 0 end) as decimal(18, 2)) as deposit_quarter_sum,
    cast(sum(case when line.is_deposit then line.year_sum else 0 end) as decimal(18, 2)) as deposit_year_sum,
    cast(sum(case when line.is_asset then line.month_sum else 0 end) as decimal(18, 2)) as assets_month_sum,
    cast(sum(case when line.is_asset then line.quarter_sum else 0 end) as decimal(18, 2)) as assets_quarter_sum,
    cast(sum(case when line.is_asset then line.year_sum else 0 end) as decimal(18, 2)) as assets_year_sum,
    cast(sum(case when line.is_loan then line.month_sum else 0 end) as decimal(18, 2)) as loan_month_sum,
    cast(sum(case when line.is_loan then line.quarter_sum else 0 end) as decimal(18, 2)) as loan_quarter_sum,
    cast(sum(case when line.is_loan then line.year_sum else 0 end) as decimal(18, 2)) as loan_year_sum,
    cast(sum(case when line.is_asset then line.last_month_sum else 0 end) as decimal(18, 2)) as assets_last_month_sum,
    cast(sum(line.contribution) as decimal(18, 2)) as contribution_mtd,
    cast(sum(case when line.dimension = 'deposit' then line.contribution_closed + line.contribution else 0 end)
        as decimal(18, 2)) as deposit_r12,
    cast(sum(case when line.dimension = 'loan' then line.contribution_closed + line.contribution else 0 end)
        as decimal(18, 2)) as loan_r12,
    cast(sum(case when line.dimension = 'fee' then line.contribution_closed + line.contribution else 0 end)
        as decimal(18, 2)) as fee_r12,
    cast(sum(case when line.dimension = 'e_banking' then line.contribution_closed + line.contribution else 0 end)
        as decimal(18, 2)) as e_banking_r12,
    cast(sum(line.interest_closed + line.interest) as decimal(18, 2)) as interest_r12,
    cast(sum(line.fees_closed + line.fees) as decimal(18, 2)) as fees_r12,
    cast(sum(line.cost_closed + line.cost) as decimal(18, 2)) as cost_r12,
    cast(sum(line.loss_closed + line.expected_loss) as decimal(18, 2)) as expected_loss_r12,
    min(line.first_month) as first_month,
    cast(sum(
        case when line.is_held then 1 else 0 end
    ) as integer) as product_count,
    cast(bit_or(
        case
            when not line.is_held then 0
            when line.agreement_kind = 'demand_deposit' then 1
            when line.agreement_kind = 'term_deposit' then 2
            when line.agreement_kind = 'loan' then 4
            when line.agreement_kind = 'card' then 8
            when line.agreement_kind = 'wealth' then 16
            when line.agreement_kind = 'insurance' then 32
            when line.agreement_kind = 'fund' then 64
            when line.agreement_kind = 'e_banking' then 128
            else 0
        end
    ) as integer) as product_kinds,
    cast(max(case when line.is_owed then coalesce(line.days_overdue, 0) else 0 end) as integer) as days_overdue,
    cast(max(
        case
            when not line.is_owed or line.risk_grade is null then 0
            when line.risk_grade = 'normal' then 1
            when line.risk_grade = 'special_mention' then 2
            when line.risk_grade = 'substandard' then 3
            when line.risk_grade = 'doubtful' then 4
            else 5
        end
    ) as integer) as risk_rank,
    min(case when line.is_held and line.maturity_date >= night.business_date then line.maturity_date end)
        as next_maturity
from line
cross join {{ source('control', 'night') }} as night
group by line.party_id
