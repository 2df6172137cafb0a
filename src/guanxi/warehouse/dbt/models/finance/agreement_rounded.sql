with rounded as (
    select
        ledger.*,
        {{ divide_money('ledger.interest_sum', 'ledger.day_basis', 8) }} as interest,
        {{ divide_money('ledger.fee_sum', 365, 8) }} as fee_accrued,
        cast(round(ledger.event_cost_sum, 2) as decimal(18, 2)) as event_cost,
        {{ divide_money('ledger.upkeep_sum', 365, 6) }} as upkeep_cost,
        {{ divide_money('ledger.loss_sum', 365, 8) }} as expected_loss
    from {{ ref('agreement_ledger') }} as ledger
    cross join {{ source('control', 'night') }} as night
    where ledger.seen_on = night.business_date
)

select
    rounded.*,
    cast(rounded.fee_events + rounded.fee_accrued as decimal(18, 2)) as fees,
    cast(rounded.event_cost + rounded.upkeep_cost as decimal(18, 2)) as cost,
    cast(rounded.interest + rounded.fee_events + rounded.fee_accrued - rounded.event_cost - rounded.upkeep_cost
        - rounded.expected_loss as decimal(18, 2)) as contribution,
    cast(rounded.interest_closed + rounded.fees_closed - rounded.cost_closed - rounded.loss_closed
        as decimal(18, 2)) as contribution_closed
from rounded
