with before as (
    select
        ledger.agreement_id,
        coalesce(moved.party_number, ledger.record_id, ledger.party_id) as party_id,
        coalesce(ledger.record_id, ledger.party_id) as record_id,
        ledger.agreement_kind,
        ledger.dimension,
        ledger.currency,
        ledger.opened_on,
        ledger.closed_on,
        ledger.status,
        ledger.maturity_date,
        ledger.risk_grade,
        ledger.days_overdue,
        ledger.day_basis,
        ledger.annual_rate,
        ledger.ftp_rate,
        ledger.spread,
        ledger.fee_rate,
        ledger.loss_rate,
        ledger.upkeep_rate,
        ledger.seen_on,
        ledger.first_month,
        ledger.balance_own,
        ledger.balance_date,
        ledger.balance,
        ledger.balance_month_open,
        ledger.balance_year_open,
        ledger.month_sum,
        ledger.quarter_sum,
        ledger.year_sum,
        ledger.last_month_sum,
        ledger.interest_sum,
        ledger.fee_sum,
        ledger.loss_sum,
        ledger.upkeep_sum,
        ledger.fee_events,
        ledger.event_count,
        ledger.event_cost_sum,
        ledger.interest_closed,
        ledger.fees_closed,
        ledger.cost_closed,
        ledger.loss_closed
    from {{ source('carried', 'agreement_ledger') }} as ledger
    left join {{ ref('record_moved') }} as moved on moved.record_id = coalesce(ledger.record_id, ledger.party_id)

    union all

    select
        agreement_id,
        party_id,
        record_id,
        agreement_kind,
        dimension,
        currency,
        opened_on,
        closed_on,
        status,
        maturity_date,
        risk_grade,
        days_overdue,
        day_basis,
        annual_rate,
        ftp_rate,
        spread,
        fee_rate,
        loss_rate,
        upkeep_rate,
        seen_on,
        first_month,
        balance_own,
        balance_date,
        balance,
        balance_month_open,
        balance_year_open,
        month_sum,
        quarter_sum,
        year_sum,
        last_month_sum,
        interest_sum,
        fee_sum,
        loss_sum,
        upkeep_sum,
        fee_events,
        event_count,
        event_cost_sum,
        interest_closed,
        fees_closed,
        cost_closed,
        loss_closed
    from {{ ref('opening_state') }}
),

joined as (
    select
        coalesce(priced.agreement_id, before.agreement_id) as agreement_id,
        coalesce(priced.party_id, before.party_id) as party_id,
        coalesce(priced.record_id, before.record_id) as record_id,
        coalesce(priced.agreement_kind, before.agreement_kind) as agreement_kind,
        coalesce(priced.dimension, before.dimension) as dimension,
        coalesce(priced.currency, before.currency) as currency,
        coalesce(priced.opened_on, before.opened_on) as opened_on,
        case when priced.agreement_id is null then before.closed_on else priced.closed_on end as closed_on,
        coalesce(priced.status, before.status) as status,
        case when priced.agreement_id is null then before.maturity_date else priced.maturity_date end as maturity_date,
        case when priced.agreement_id is null then before.risk_grade else priced.risk_grade end as risk_grade,
        case when priced.agreement_id is null then before.days_overdue else priced.days_overdue end as days_overdue,
        coalesce(priced.day_basis, before.day_basis) as day_basis,
        case when priced.dimension is null then before.annual_rate else priced.annual_rate end as annual_rate,
        case when priced.dimension is null then before.ftp_rate else priced.ftp_rate end as ftp_rate,
        coalesce(priced.spread, before.spread) as spread,
        coalesce(priced.fee_rate, before.fee_rate) as fee_rate,
        case when priced.dimension is null then before.loss_rate else priced.loss_rate end as loss_rate,
        coalesce(priced.upkeep_rate, before.upkeep_rate) as upkeep_rate,
        case when priced.agreement_id is null then before.seen_on else night.business_date end as seen_on,
        coalesce(before.first_month, night.month_start) as first_month,
        coalesce(before.balance, 0) as balance_before,
        before.balance_own as balance_own_before,
        before.balance_date as balance_date_before,
        delivered.balance as delivered,
        priced.closed_on <= night.business_date and coalesce(before.balance_date < priced.closed_on, false) as has_ended,
        coalesce(before.balance_month_open, 0) as balance_month_open,
        coalesce(before.balance_year_open, 0) as balance_year_open,
        case when night.month_start = night.eve_month then coalesce(before.month_sum, 0) else 0 end as month_sum,
        case when night.quarter_start = night.eve_quarter then coalesce(before.quarter_sum, 0) else 0 end as quarter_sum,
        case when night.year_start = night.eve_year then coalesce(before.year_sum, 0) else 0 end as year_sum,
        case when night.month_start = night.eve_month then coalesce(before.interest_sum, 0) else 0 end as interest_sum,
        case when night.month_start = night.eve_month then coalesce(before.fee_sum, 0) else 0 end as fee_sum,
        case when night.month_start = night.eve_month then coalesce(before.loss_sum, 0) else 0 end as loss_sum,
        case when night.month_start = night.eve_month then coalesce(before.upkeep_sum, 0) else 0 end as upkeep_sum,
        case when night.month_start = night.eve_month then coalesce(before.fee_events, 0) else 0 end as fee_events,
        case when night.month_start = night.eve_month then coalesce(before.event_count, 0) else 0 end as event_count,
        case when night.month_start = night.eve_month then coalesce(before.event_cost_sum, 0) else 0 end
            as event_cost_sum,
        coalesce(case when night.closes then closed.last_month_sum else before.last_month_sum end, 0) as last_month_sum,
        coalesce(case when night.closes then closed.interest else before.interest_closed end, 0) as interest_closed,
        coalesce(case when night.closes then closed.fees else before.fees_closed end, 0) as fees_closed,
        coalesce(case when night.closes then closed.cost else before.cost_closed end, 0) as cost_closed,
        coalesce(case when night.closes then closed.expected_loss else before.loss_closed end, 0) as loss_closed,
        coalesce(event.fee_own, 0) as fee_own_tonight,
        coalesce(event.event_count, 0) as event_count_tonight,
        coalesce(event.event_cost_sum, 0) as event_cost_tonight
    from {{ ref('agreement_priced') }} as priced
    full outer join before on before.agreement_id = priced.agreement_id
    left join {{ source('nightly', 'balance') }} as delivered
        on delivered.agreement_id = coalesce(priced.agreement_id, before.agreement_id)
    cross join {{ source('control', 'night') }} as night
    left join {{ ref('event_month') }} as event
        on event.agreement_id = coalesce(priced.agreement_id, before.agreement_id) and event.month = night.month_start
    left join {{ ref('closed_twelve') }} as closed
        on closed.agreement_id = coalesce(priced.agreement_id, before.agreement_id)
    cross join {{ ref('setting') }} as setting
    where priced.agreement_id is not null
        or before.seen_on >= {{ add_days('night.business_date', '-setting.absent_days') }}
),

converted as (
    select
        joined.*,
        cast(coalesce(
            case
                when joined.delivered is not null
                    then {{ in_cny('joined.delivered', 'joined.currency', 'fx.mid_rate') }}
                when joined.has_ended then 0
                else joined.balance_before
            end, 0) as decimal(18, 2)) as balance,
        coalesce({{ in_cny('joined.fee_own_tonight', 'joined.currency', 'fx.mid_rate') }}, 0) as fee_tonight
    from joined
    left join {{ ref('fx_tonight') }} as fx on fx.currency = joined.currency
)

select
    line.agreement_id,
    line.party_id,
    line.record_id,
    line.agreement_kind,
    line.dimension,
    line.currency,
    line.opened_on,
    line.closed_on,
    line.status,
    line.maturity_date,
    line.risk_grade,
    line.days_overdue,
    line.day_basis,
    line.annual_rate,
    line.ftp_rate,
    line.spread,
    line.fee_rate,
    line.loss_rate,
    line.upkeep_rate,
    line.seen_on,
    line.first_month,
    case
        when line.delivered is not null then line.delivered
        when line.has_ended then cast(0 as decimal(18, 2))
        else line.balance_own_before
    end as balance_own,
    case
        when line.delivered is not null then night.business_date
        when line.has_ended then line.closed_on
        else line.balance_date_before
    end as balance_date,
    line.balance,
    cast(case when night.has_history then line.balance_before else line.balance end as decimal(18, 2))
        as balance_previous,
    cast(case when night.month_start = night.eve_month then line.balance_month_open else line.balance_before end
        as decimal(18, 2)) as balance_month_open,
    cast(case when night.year_start = night.eve_year then line.balance_year_open else line.balance_before end
        as decimal(18, 2)) as balance_year_open,
    cast(line.month_sum + line.balance_before * night.month_carry_days + line.balance as decimal(18, 2)) as month_sum,
    cast(line.quarter_sum + line.balance_before * night.quarter_carry_days + line.balance as decimal(18, 2))
        as quarter_sum,
    cast(line.year_sum + line.balance_before * night.year_carry_days + line.balance as decimal(18, 2)) as year_sum,
    cast(line.last_month_sum as decimal(18, 2)) as last_month_sum,
    cast(line.interest_sum
        + {{ exact_product('(line.balance_before * night.month_carry_days + line.balance)', 'line.spread') }}
        as decimal(32, 8)) as interest_sum,
    cast(line.fee_sum
        + {{ exact_product('(line.balance_before * night.month_carry_days + line.balance)', 'line.fee_rate') }}
        as decimal(32, 8)) as fee_sum,
    cast(line.loss_sum + {{ exact_product(
        '(line.balance_before * night.month_carry_days + line.balance)', 'coalesce(line.loss_rate, 0)') }}
        as decimal(32, 8)) as loss_sum,
    cast(line.upkeep_sum + line.upkeep_rate * {{ open_days(
        'line.opened_on', 'line.closed_on', 'greatest(night.window_first, night.month_start)', 'night.business_date') }}
        as decimal(18, 6)) as upkeep_sum,
    cast(line.fee_events + line.fee_tonight as decimal(18, 2)) as fee_events,
    cast(line.event_count + line.event_count_tonight as integer) as event_count,
    cast(line.event_cost_sum + line.event_cost_tonight as decimal(18, 6)) as event_cost_sum,
    cast(line.interest_closed as decimal(18, 2)) as interest_closed,
    cast(line.fees_closed as decimal(18, 2)) as fees_closed,
    cast(line.cost_closed as decimal(18, 2)) as cost_closed,
    cast(line.loss_closed as decimal(18, 2)) as loss_closed
from converted as line
cross join {{ source('control', 'night') }} as night
