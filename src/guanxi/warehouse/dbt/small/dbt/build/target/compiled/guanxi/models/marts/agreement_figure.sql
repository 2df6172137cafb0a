select
    night.business_date,
    line.agreement_id,
    line.party_id,
    line.dimension,
    line.balance,
    line.balance_previous,
    line.balance_month_open,
    cast(cast(
        case
            when line.month_sum between -9999999999999999 and 9999999999999999 then
                (2 * (cast(floor(cast(line.month_sum as decimal(18, 2))) as bigint) * 100 + cast((cast(line.month_sum as decimal(18, 2)) - floor(cast(line.month_sum as decimal(18, 2)))) * 100 as bigint)) + case when line.month_sum < 0 then -(cast(night.month_days as bigint) * 1) else (cast(night.month_days as bigint) * 1) end)
                // (2 * (cast(night.month_days as bigint) * 1))
            else cast(
                (2 * cast(cast(line.month_sum as decimal(38, 2)) * 100 as hugeint)
                    + case when line.month_sum < 0 then -(cast(night.month_days as bigint) * 1) else (cast(night.month_days as bigint) * 1) end)
                // (2 * (cast(night.month_days as bigint) * 1)) as bigint)
        end as decimal(18, 0)) * 0.01 as decimal(18, 2)) as adb_mtd,
    cast(cast(
        case
            when line.quarter_sum between -9999999999999999 and 9999999999999999 then
                (2 * (cast(floor(cast(line.quarter_sum as decimal(18, 2))) as bigint) * 100 + cast((cast(line.quarter_sum as decimal(18, 2)) - floor(cast(line.quarter_sum as decimal(18, 2)))) * 100 as bigint)) + case when line.quarter_sum < 0 then -(cast(night.quarter_days as bigint) * 1) else (cast(night.quarter_days as bigint) * 1) end)
                // (2 * (cast(night.quarter_days as bigint) * 1))
            else cast(
                (2 * cast(cast(line.quarter_sum as decimal(38, 2)) * 100 as hugeint)
                    + case when line.quarter_sum < 0 then -(cast(night.quarter_days as bigint) * 1) else (cast(night.quarter_days as bigint) * 1) end)
                // (2 * (cast(night.quarter_days as bigint) * 1)) as bigint)
        end as decimal(18, 0)) * 0.01 as decimal(18, 2)) as adb_qtd,
    cast(cast(
        case
            when line.year_sum between -9999999999999999 and 9999999999999999 then
                (2 * (cast(floor(cast(line.year_sum as decimal(18, 2))) as bigint) * 100 + cast((cast(line.year_sum as decimal(18, 2)) - floor(cast(line.year_sum as decimal(18, 2)))) * 100 as bigint)) + case when line.year_sum < 0 then -(cast(night.year_days as bigint) * 1) else (cast(night.year_days as bigint) * 1) end)
                // (2 * (cast(night.year_days as bigint) * 1))
            else cast(
                (2 * cast(cast(line.year_sum as decimal(38, 2)) * 100 as hugeint)
                    + case when line.year_sum < 0 then -(cast(night.year_days as bigint) * 1) else (cast(night.year_days as bigint) * 1) end)
                // (2 * (cast(night.year_days as bigint) * 1)) as bigint)
        end as decimal(18, 0)) * 0.01 as decimal(18, 2)) as adb_ytd,
    cast(night.month_days as smallint) as days,
    line.month_sum as balance_sum,
    line.annual_rate,
    line.ftp_rate,
    line.day_basis,
    line.interest_sum,
    line.interest,
    line.fee_events,
    line.fee_accrued,
    line.fees,
    line.event_count,
    line.event_cost,
    line.upkeep_cost,
    line.cost,
    line.loss_rate,
    line.expected_loss,
    line.contribution,
    cast(line.interest_closed + line.interest as decimal(18, 2)) as interest_r12,
    cast(line.fees_closed + line.fees as decimal(18, 2)) as fees_r12,
    cast(line.cost_closed + line.cost as decimal(18, 2)) as cost_r12,
    cast(line.loss_closed + line.expected_loss as decimal(18, 2)) as expected_loss_r12,
    cast(line.contribution_closed + line.contribution as decimal(18, 2)) as contribution_r12
from "memory"."finance"."agreement_rounded" as line
cross join "memory"."control"."night" as night