with rounded as (
    select
        ledger.*,
        cast(cast(
        case
            when ledger.interest_sum between -9999999999 and 9999999999 then
                (2 * (cast(floor(cast(ledger.interest_sum as decimal(18, 8))) as bigint) * 100000000 + cast((cast(ledger.interest_sum as decimal(18, 8)) - floor(cast(ledger.interest_sum as decimal(18, 8)))) * 100000000 as bigint)) + case when ledger.interest_sum < 0 then -(cast(ledger.day_basis as bigint) * 1000000) else (cast(ledger.day_basis as bigint) * 1000000) end)
                // (2 * (cast(ledger.day_basis as bigint) * 1000000))
            else cast(
                (2 * cast(cast(ledger.interest_sum as decimal(38, 8)) * 100000000 as hugeint)
                    + case when ledger.interest_sum < 0 then -(cast(ledger.day_basis as bigint) * 1000000) else (cast(ledger.day_basis as bigint) * 1000000) end)
                // (2 * (cast(ledger.day_basis as bigint) * 1000000)) as bigint)
        end as decimal(18, 0)) * 0.01 as decimal(18, 2)) as interest,
        cast(cast(
        case
            when ledger.fee_sum between -9999999999 and 9999999999 then
                (2 * (cast(floor(cast(ledger.fee_sum as decimal(18, 8))) as bigint) * 100000000 + cast((cast(ledger.fee_sum as decimal(18, 8)) - floor(cast(ledger.fee_sum as decimal(18, 8)))) * 100000000 as bigint)) + case when ledger.fee_sum < 0 then -(cast(365 as bigint) * 1000000) else (cast(365 as bigint) * 1000000) end)
                // (2 * (cast(365 as bigint) * 1000000))
            else cast(
                (2 * cast(cast(ledger.fee_sum as decimal(38, 8)) * 100000000 as hugeint)
                    + case when ledger.fee_sum < 0 then -(cast(365 as bigint) * 1000000) else (cast(365 as bigint) * 1000000) end)
                // (2 * (cast(365 as bigint) * 1000000)) as bigint)
        end as decimal(18, 0)) * 0.01 as decimal(18, 2)) as fee_accrued,
        cast(round(ledger.event_cost_sum, 2) as decimal(18, 2)) as event_cost,
        cast(cast(
        case
            when ledger.upkeep_sum between -999999999999 and 999999999999 then
                (2 * (cast(floor(cast(ledger.upkeep_sum as decimal(18, 6))) as bigint) * 1000000 + cast((cast(ledger.upkeep_sum as decimal(18, 6)) - floor(cast(ledger.upkeep_sum as decimal(18, 6)))) * 1000000 as bigint)) + case when ledger.upkeep_sum < 0 then -(cast(365 as bigint) * 10000) else (cast(365 as bigint) * 10000) end)
                // (2 * (cast(365 as bigint) * 10000))
            else cast(
                (2 * cast(cast(ledger.upkeep_sum as decimal(38, 6)) * 1000000 as hugeint)
                    + case when ledger.upkeep_sum < 0 then -(cast(365 as bigint) * 10000) else (cast(365 as bigint) * 10000) end)
                // (2 * (cast(365 as bigint) * 10000)) as bigint)
        end as decimal(18, 0)) * 0.01 as decimal(18, 2)) as upkeep_cost,
        cast(cast(
        case
            when ledger.loss_sum between -9999999999 and 9999999999 then
                (2 * (cast(floor(cast(ledger.loss_sum as decimal(18, 8))) as bigint) * 100000000 + cast((cast(ledger.loss_sum as decimal(18, 8)) - floor(cast(ledger.loss_sum as decimal(18, 8)))) * 100000000 as bigint)) + case when ledger.loss_sum < 0 then -(cast(365 as bigint) * 1000000) else (cast(365 as bigint) * 1000000) end)
                // (2 * (cast(365 as bigint) * 1000000))
            else cast(
                (2 * cast(cast(ledger.loss_sum as decimal(38, 8)) * 100000000 as hugeint)
                    + case when ledger.loss_sum < 0 then -(cast(365 as bigint) * 1000000) else (cast(365 as bigint) * 1000000) end)
                // (2 * (cast(365 as bigint) * 1000000)) as bigint)
        end as decimal(18, 0)) * 0.01 as decimal(18, 2)) as expected_loss
    from "memory"."core"."agreement_ledger" as ledger
    cross join "memory"."control"."night" as night
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