with line as (
    select
        closed.*,
        ledger.agreement_kind in ('demand_deposit', 'term_deposit') as is_deposit,
        ledger.agreement_kind in ('loan', 'card') as is_loan,
        ledger.agreement_kind in ('wealth', 'insurance', 'fund') as is_wealth
    from {{ ref('agreement_month') }} as closed
    inner join {{ ref('agreement_ledger') }} as ledger on ledger.agreement_id = closed.agreement_id
)

select
    line.party_id,
    line.month,
    line.night,
    cast(sum(case when line.is_deposit then line.balance_end else 0 end) as decimal(18, 2)) as deposit_end,
    cast(sum(case when line.is_loan then line.balance_end else 0 end) as decimal(18, 2)) as loan_end,
    cast(sum(case when line.is_wealth then line.balance_end else 0 end) as decimal(18, 2)) as wealth_end,
    {{ divide_money("cast(sum(case when line.is_deposit then line.balance_sum else 0 end) as decimal(18, 2))", 'max(line.days)') }}
        as deposit_adb,
    {{ divide_money("cast(sum(case when line.is_loan then line.balance_sum else 0 end) as decimal(18, 2))", 'max(line.days)') }}
        as loan_adb,
    {{ divide_money("cast(sum(case when line.is_wealth then line.balance_sum else 0 end) as decimal(18, 2))", 'max(line.days)') }}
        as wealth_adb,
    cast(sum(case when line.dimension = 'deposit' then line.contribution else 0 end) as decimal(18, 2))
        as deposit_contribution,
    cast(sum(case when line.dimension = 'loan' then line.contribution else 0 end) as decimal(18, 2))
        as loan_contribution,
    cast(sum(case when line.dimension = 'fee' then line.contribution else 0 end) as decimal(18, 2))
        as fee_contribution,
    cast(sum(case when line.dimension = 'e_banking' then line.contribution else 0 end) as decimal(18, 2))
        as e_banking_contribution,
    cast(sum(line.interest) as decimal(18, 2)) as interest,
    cast(sum(line.fees) as decimal(18, 2)) as fees,
    cast(sum(line.cost) as decimal(18, 2)) as cost,
    cast(sum(line.expected_loss) as decimal(18, 2)) as expected_loss,
    cast(sum(line.contribution) as decimal(18, 2)) as contribution
from line
inner join {{ ref('core_party') }} as party on party.party_id = line.party_id
group by line.party_id, line.month, line.night
