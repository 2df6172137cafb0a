with history as (
    select
        change.party_id,
        change.balance_date,
        change.deposit + change.wealth as change,
        row_number() over (partition by change.party_id order by change.balance_date) as place
    from {{ ref('history_change') }} as change
),

-- The first change of a customer's history is what they already had.
opening as (
    select
        history.party_id,
        cast(sum(case when history.place > 1 then abs(history.change) else 0 end) as decimal(18, 2)) as moved,
        greatest(1, {{ days_between('max(night.eve)', 'min(history.balance_date)') }}) as days
    from history
    cross join {{ source('opening', 'night') }} as night
    group by history.party_id
),

before as (
    select
        party_id,
        days,
        flow_average,
        flow_on,
        flow,
        flow_usual
    from {{ source('carried', 'customer_habit') }}

    union all

    select
        party_id,
        cast(least(days, 90) as integer) as days,
        {{ divide_money('moved', 'days') }} as flow_average,
        cast(null as date) as flow_on,
        cast(null as decimal(18, 2)) as flow,
        cast(null as decimal(18, 2)) as flow_usual
    from opening
),

tonight as (
    select
        figure.party_id,
        figure.business_date,
        cast(figure.assets - figure.assets_previous as decimal(18, 2)) as change,
        least(coalesce(before.days, 0), 89) as days,
        coalesce(before.flow_average, 0) as usual,
        before.flow_on,
        before.flow,
        before.flow_usual,
        night.has_history
    from {{ ref('customer_figure') }} as figure
    cross join {{ source('control', 'night') }} as night
    left join before on before.party_id = figure.party_id
),

asked as (
    select
        party_id,
        case when change > 0 then 'in' else 'out' end as direction,
        abs(change) as change,
        usual
    from tonight
    where has_history and change <> 0
),

large as (
    select party_id
    from {{ decide('flow', 'asked') }} as line
    where rule_large
),

judged as (
    select
        tonight.party_id,
        tonight.business_date,
        tonight.change,
        tonight.days,
        tonight.usual,
        tonight.flow_on,
        tonight.flow,
        tonight.flow_usual,
        cast(tonight.usual * tonight.days + abs(tonight.change) as decimal(18, 2)) as moved,
        large.party_id is not null as is_large
    from tonight
    left join large on large.party_id = tonight.party_id
)

select
    party_id,
    cast(days + 1 as integer) as days,
    {{ divide_money('moved', '(days + 1)') }} as flow_average,
    case when is_large then business_date else flow_on end as flow_on,
    case when is_large then change else flow end as flow,
    case when is_large then cast(usual as decimal(18, 2)) else flow_usual end as flow_usual
from judged

union all

-- Whose record is part of another customer tonight: what was usual of that one stays, for the night that parts them.
select
    before.party_id,
    before.days,
    before.flow_average,
    before.flow_on,
    before.flow,
    before.flow_usual
from {{ source('carried', 'customer_habit') }} as before
inner join {{ ref('record_moved') }} as moved on moved.record_id = before.party_id
