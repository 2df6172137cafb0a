with before as (
    select
        ledger.agreement_id,
        coalesce(moved.party_number, ledger.record_id, ledger.party_id) as party_id,
        ledger.dimension,
        ledger.currency,
        ledger.opened_on,
        ledger.closed_on,
        ledger.day_basis,
        ledger.annual_rate,
        ledger.ftp_rate,
        ledger.spread,
        ledger.fee_rate,
        ledger.loss_rate,
        ledger.upkeep_rate,
        ledger.seen_on,
        ledger.balance,
        ledger.month_sum,
        ledger.interest_sum,
        ledger.fee_sum,
        ledger.loss_sum,
        ledger.upkeep_sum,
        ledger.fee_events,
        ledger.event_count,
        ledger.event_cost_sum
    from {{ source('closing', 'agreement_ledger') }} as ledger
    left join {{ ref('record_moved') }} as moved on moved.record_id = coalesce(ledger.record_id, ledger.party_id)

    union all

    select
        agreement_id,
        party_id,
        dimension,
        currency,
        opened_on,
        closed_on,
        day_basis,
        annual_rate,
        ftp_rate,
        spread,
        fee_rate,
        loss_rate,
        upkeep_rate,
        seen_on,
        balance,
        month_sum,
        interest_sum,
        fee_sum,
        loss_sum,
        upkeep_sum,
        fee_events,
        event_count,
        event_cost_sum
    from {{ ref('opening_state') }}
),

history_rows as (
    select
        history.agreement_id,
        history.month,
        history.balance_sum,
        history.balance_end,
        cast(0 as decimal(18, 2)) as fee_own,
        0 as event_count,
        cast(0 as decimal(18, 6)) as event_cost_sum
    from {{ ref('history_month') }} as history

    union all

    select
        event.agreement_id,
        event.month,
        cast(0 as decimal(18, 2)) as balance_sum,
        cast(0 as decimal(18, 2)) as balance_end,
        event.fee_own,
        event.event_count,
        event.event_cost_sum
    from {{ ref('event_month') }} as event

    union all

    select
        agreement.agreement_id,
        calendar.month,
        cast(0 as decimal(18, 2)) as balance_sum,
        cast(0 as decimal(18, 2)) as balance_end,
        cast(0 as decimal(18, 2)) as fee_own,
        0 as event_count,
        cast(0 as decimal(18, 6)) as event_cost_sum
    from {{ ref('stg_agreement') }} as agreement
    cross join {{ source('opening', 'night') }} as night
    inner join {{ source('control', 'calendar') }} as calendar
        on agreement.opened_on <= calendar.last_day
        and (agreement.closed_on is null or agreement.closed_on > calendar.first_day)
),

history as (
    select
        history_rows.agreement_id,
        history_rows.month,
        sum(history_rows.balance_sum) as balance_sum,
        sum(history_rows.balance_end) as balance_end,
        sum(history_rows.fee_own) as fee_own,
        sum(history_rows.event_count) as event_count,
        sum(history_rows.event_cost_sum) as event_cost_sum
    from history_rows
    inner join {{ source('control', 'calendar') }} as calendar
        on calendar.month = history_rows.month and calendar.stage = 'history'
    group by history_rows.agreement_id, history_rows.month
),

closing_line as (
    select
        calendar.month,
        coalesce(priced.agreement_id, before.agreement_id) as agreement_id,
        before.agreement_id is not null as is_known,
        coalesce(priced.party_id, before.party_id) as party_id,
        coalesce(priced.dimension, before.dimension) as dimension,
        coalesce(priced.currency, before.currency) as currency,
        coalesce(priced.day_basis, before.day_basis) as day_basis,
        case when priced.dimension is null then before.annual_rate else priced.annual_rate end as annual_rate,
        case when priced.dimension is null then before.ftp_rate else priced.ftp_rate end as ftp_rate,
        coalesce(priced.spread, before.spread) as spread,
        coalesce(priced.fee_rate, before.fee_rate) as fee_rate,
        case when priced.dimension is null then before.loss_rate else priced.loss_rate end as loss_rate,
        coalesce(priced.upkeep_rate, before.upkeep_rate) as upkeep_rate,
        case
            when calendar.window_days = 0 then 0
            else {{ open_days(
                'coalesce(priced.opened_on, before.opened_on)',
                'case when priced.agreement_id is null then before.closed_on else priced.closed_on end',
                'calendar.window_first', 'calendar.window_last') }}
        end as open_days,
        coalesce(before.balance, 0) as balance,
        case when calendar.month = night.eve_month then coalesce(before.month_sum, 0) else 0 end as kept_sum,
        case when calendar.month = night.eve_month then coalesce(before.interest_sum, 0) else 0 end as interest_sum,
        case when calendar.month = night.eve_month then coalesce(before.fee_sum, 0) else 0 end as fee_sum,
        case when calendar.month = night.eve_month then coalesce(before.loss_sum, 0) else 0 end as loss_sum,
        case when calendar.month = night.eve_month then coalesce(before.upkeep_sum, 0) else 0 end as upkeep_sum,
        case when calendar.month = night.eve_month then coalesce(before.fee_events, 0) else 0 end as fee_events,
        case when calendar.month = night.eve_month then coalesce(before.event_count, 0) else 0 end as event_count,
        case when calendar.month = night.eve_month then coalesce(before.event_cost_sum, 0) else 0 end as event_cost_sum
    from {{ ref('agreement_priced') }} as priced
    full outer join before on before.agreement_id = priced.agreement_id
    inner join {{ source('control', 'calendar') }} as calendar on calendar.stage = 'closing'
    cross join {{ source('control', 'night') }} as night
    cross join {{ ref('setting') }} as setting
    where priced.agreement_id is not null
        or before.seen_on >= {{ add_days('night.business_date', '-setting.absent_days') }}
),

walked as (
    select
        history.month,
        history.agreement_id,
        calendar.days,
        agreement.party_id,
        agreement.dimension,
        agreement.currency,
        agreement.day_basis,
        agreement.annual_rate,
        agreement.ftp_rate,
        agreement.spread,
        agreement.fee_rate,
        agreement.loss_rate,
        agreement.upkeep_rate,
        cast(history.balance_end as decimal(18, 2)) as balance_end,
        cast(history.balance_sum as decimal(18, 2)) as balance_sum,
        cast({{ exact_product('history.balance_sum', 'agreement.spread') }} as decimal(32, 8)) as interest_sum,
        cast({{ exact_product('history.balance_sum', 'agreement.fee_rate') }} as decimal(32, 8)) as fee_sum,
        cast({{ exact_product('history.balance_sum', 'coalesce(agreement.loss_rate, 0)') }} as decimal(32, 8))
            as loss_sum,
        cast(agreement.upkeep_rate * {{ open_days(
            'agreement.opened_on', 'agreement.closed_on', 'calendar.first_day', 'calendar.last_day') }}
            as decimal(18, 6)) as upkeep_sum,
        cast(0 as decimal(18, 2)) as fee_events,
        cast(history.fee_own as decimal(18, 2)) as fee_own,
        cast(history.event_count as integer) as event_count,
        cast(history.event_cost_sum as decimal(18, 6)) as event_cost_sum
    from history
    inner join {{ source('control', 'calendar') }} as calendar on calendar.month = history.month
    inner join {{ ref('agreement_priced') }} as agreement on agreement.agreement_id = history.agreement_id

    union all

    select
        calendar.month,
        line.agreement_id,
        calendar.days,
        line.party_id,
        line.dimension,
        line.currency,
        line.day_basis,
        line.annual_rate,
        line.ftp_rate,
        line.spread,
        line.fee_rate,
        line.loss_rate,
        line.upkeep_rate,
        cast(line.balance as decimal(18, 2)) as balance_end,
        cast(line.kept_sum + line.balance * calendar.window_days as decimal(18, 2)) as balance_sum,
        cast(line.interest_sum + {{ exact_product('(line.balance * calendar.window_days)', 'line.spread') }}
            as decimal(32, 8)) as interest_sum,
        cast(line.fee_sum + {{ exact_product('(line.balance * calendar.window_days)', 'line.fee_rate') }}
            as decimal(32, 8)) as fee_sum,
        cast(line.loss_sum + {{ exact_product(
            '(line.balance * calendar.window_days)', 'coalesce(line.loss_rate, 0)') }}
            as decimal(32, 8)) as loss_sum,
        cast(line.upkeep_sum + line.upkeep_rate * line.open_days as decimal(18, 6)) as upkeep_sum,
        cast(line.fee_events as decimal(18, 2)) as fee_events,
        cast(coalesce(event.fee_own, 0) as decimal(18, 2)) as fee_own,
        cast(line.event_count + coalesce(event.event_count, 0) as integer) as event_count,
        cast(line.event_cost_sum + coalesce(event.event_cost_sum, 0) as decimal(18, 6)) as event_cost_sum
    from closing_line as line
    inner join {{ source('control', 'calendar') }} as calendar on calendar.month = line.month
    left join {{ ref('event_month') }} as event
        on event.agreement_id = line.agreement_id and event.month = line.month
    where line.is_known or line.open_days > 0 or event.agreement_id is not null
),

rounded as (
    select
        walked.month,
        walked.agreement_id,
        walked.party_id,
        walked.dimension,
        walked.balance_end,
        {{ divide_money('walked.balance_sum', 'walked.days') }} as adb,
        cast(walked.days as smallint) as days,
        walked.balance_sum,
        walked.annual_rate,
        walked.ftp_rate,
        walked.day_basis,
        walked.interest_sum,
        {{ divide_money('walked.interest_sum', 'walked.day_basis', 8) }} as interest,
        cast(walked.fee_events + coalesce({{ in_cny('walked.fee_own', 'walked.currency', 'fx.mid_rate') }}, 0)
            as decimal(18, 2)) as fee_events,
        {{ divide_money('walked.fee_sum', 365, 8) }} as fee_accrued,
        walked.event_count,
        cast(round(walked.event_cost_sum, 2) as decimal(18, 2)) as event_cost,
        {{ divide_money('walked.upkeep_sum', 365, 6) }} as upkeep_cost,
        walked.loss_rate,
        {{ divide_money('walked.loss_sum', 365, 8) }} as expected_loss
    from walked
    left join {{ ref('fx_tonight') }} as fx on fx.currency = walked.currency
)

select
    rounded.month,
    rounded.agreement_id,
    night.business_date as night,
    rounded.party_id,
    rounded.dimension,
    rounded.balance_end,
    rounded.adb,
    rounded.days,
    rounded.balance_sum,
    rounded.annual_rate,
    rounded.ftp_rate,
    rounded.day_basis,
    rounded.interest_sum,
    rounded.interest,
    rounded.fee_events,
    rounded.fee_accrued,
    cast(rounded.fee_events + rounded.fee_accrued as decimal(18, 2)) as fees,
    rounded.event_count,
    rounded.event_cost,
    rounded.upkeep_cost,
    cast(rounded.event_cost + rounded.upkeep_cost as decimal(18, 2)) as cost,
    rounded.loss_rate,
    rounded.expected_loss,
    cast(rounded.interest + rounded.fee_events + rounded.fee_accrued - rounded.event_cost - rounded.upkeep_cost
        - rounded.expected_loss as decimal(18, 2)) as contribution
from rounded
cross join {{ source('control', 'night') }} as night
