with ahead as (
    {% for days in range(0, 32) %}
    select
        {{ add_days('night.business_date', days) }} as due_on
    from {{ source('control', 'night') }} as night
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Whoever was born on 29 February has the birthday on the 28th in other years.
anniversary as (
    select
        due_on,
        extract(year from due_on) as due_year,
        extract(month from due_on) * 100 + extract(day from due_on) as month_day
    from ahead

    union all

    select
        due_on,
        extract(year from due_on) as due_year,
        229 as month_day
    from ahead
    where extract(month from due_on) = 2
        and extract(day from due_on) = 28
        and extract(day from {{ add_days('due_on', 1) }}) = 1
),

customer as (
    select
        figure.business_date,
        figure.party_id,
        figure.institution_id,
        figure.manager_id,
        figure.kind,
        figure.assets,
        figure.loan,
        figure.assets_adb_mtd,
        figure.days_overdue,
        party.birth_date,
        party.opened_on,
        party.established_on,
        party.status,
        case
            when party.birth_date is not null
                then extract(month from party.birth_date) * 100 + extract(day from party.birth_date)
        end as birth_day,
        extract(month from party.opened_on) * 100 + extract(day from party.opened_on) as opening_day,
        case
            when party.established_on is not null
                then extract(month from party.established_on) * 100 + extract(day from party.established_on)
        end as founding_day
    from {{ ref('customer_figure') }} as figure
    inner join {{ ref('core_party') }} as party on party.party_id = figure.party_id
),

-- A month of few days says little on average: until the tenth the balance at hand is held against the last month.
fall as (
    select
        figure.party_id,
        night.month_start as due_on,
        case when night.month_days < 10 then figure.assets else figure.assets_adb_mtd end as now,
        {{ divide_money('total.assets_last_month_sum', 'night.last_month_days') }} as last_month
    from {{ ref('customer_figure') }} as figure
    cross join {{ source('control', 'night') }} as night
    inner join {{ ref('customer_total') }} as total on total.party_id = figure.party_id
    where total.assets_last_month_sum > 0
),

-- All that a rule might tell of; which of it is told of the rules decide.
found as (
    select
        party_id,
        case when kind in ('loan', 'card') then 'loan_due' else 'maturity' end as reason,
        maturity_date as due_on,
        cast(sum(balance) as decimal(18, 2)) as amount,
        cast(null as decimal(18, 2)) as amount_before,
        cast(count(*) as integer) as many
    from {{ ref('maturity') }}
    where balance > 0
    group by party_id, case when kind in ('loan', 'card') then 'loan_due' else 'maturity' end, maturity_date

    union all

    select
        habit.party_id,
        case when habit.flow > 0 then 'inflow' else 'outflow' end as reason,
        habit.flow_on as due_on,
        cast(abs(habit.flow) as decimal(18, 2)) as amount,
        habit.flow_usual as amount_before,
        1 as many
    from {{ ref('customer_habit') }} as habit
    cross join {{ source('control', 'night') }} as night
    where habit.flow_on > {{ add_days('night.business_date', -31) }}

    union all

    select
        fall.party_id,
        'falling' as reason,
        fall.due_on,
        cast(fall.last_month - fall.now as decimal(18, 2)) as amount,
        fall.last_month as amount_before,
        1 as many
    from fall
    where fall.last_month > fall.now

    union all

    select
        party_id,
        'overdue' as reason,
        {{ add_days('business_date', '-days_overdue') }} as due_on,
        loan as amount,
        cast(null as decimal(18, 2)) as amount_before,
        days_overdue as many
    from customer
    where days_overdue > 0

    union all

    select
        customer.party_id,
        'birthday' as reason,
        anniversary.due_on,
        customer.assets as amount,
        cast(null as decimal(18, 2)) as amount_before,
        cast(anniversary.due_year - extract(year from customer.birth_date) as integer) as many
    from customer
    inner join anniversary on anniversary.month_day = customer.birth_day
    where customer.kind = 'person' and customer.status = 'active'

    union all

    select
        customer.party_id,
        'anniversary' as reason,
        anniversary.due_on,
        customer.assets as amount,
        cast(null as decimal(18, 2)) as amount_before,
        cast(anniversary.due_year - extract(year from customer.opened_on) as integer) as many
    from customer
    inner join anniversary on anniversary.month_day = customer.opening_day
    where customer.status = 'active'

    union all

    select
        customer.party_id,
        'founding' as reason,
        anniversary.due_on,
        customer.assets as amount,
        cast(null as decimal(18, 2)) as amount_before,
        cast(anniversary.due_year - extract(year from customer.established_on) as integer) as many
    from customer
    inner join anniversary on anniversary.month_day = customer.founding_day
    where customer.kind = 'organisation' and customer.status = 'active'
),

asked as (
    select
        customer.business_date,
        customer.party_id,
        found.reason,
        found.due_on,
        customer.institution_id,
        customer.manager_id,
        customer.kind,
        found.amount,
        found.amount_before,
        found.many,
        case
            when found.amount_before > 0 then {{ divide_ratio('found.amount', 'found.amount_before') }}
        end as share,
        {{ days_between('found.due_on', 'customer.business_date') }} as days_ahead
    from found
    inner join customer on customer.party_id = found.party_id
)

select
    business_date,
    party_id,
    reason,
    due_on,
    institution_id,
    manager_id,
    kind,
    amount,
    amount_before,
    many,
    rule_version || ' ' || rule_path as decision
from {{ decide('alert', 'asked') }} as line
where rule_told
