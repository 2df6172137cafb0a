with step as (
    select
        agreement_id,
        first_day as balance_date,
        balance - coalesce(balance_before, 0) as change
    from {{ ref('history_interval') }}

    union all

    select
        history.agreement_id,
        {{ add_days('history.last_day', 1) }} as balance_date,
        -history.balance as change
    from {{ ref('history_interval') }} as history
    cross join {{ source('opening', 'night') }} as night
    where history.is_last and history.last_day < night.eve
)

select
    coalesce(moved.party_number, agreement.party_id) as party_id,
    step.balance_date,
    cast(sum(case when agreement.agreement_kind in ('demand_deposit', 'term_deposit') then step.change else 0 end)
        as decimal(18, 2)) as deposit,
    cast(sum(case when agreement.agreement_kind in ('loan', 'card') then step.change else 0 end)
        as decimal(18, 2)) as loan,
    cast(sum(case when agreement.agreement_kind in ('wealth', 'insurance', 'fund') then step.change else 0 end)
        as decimal(18, 2)) as wealth
from step
inner join {{ ref('stg_agreement') }} as agreement on agreement.agreement_id = step.agreement_id
left join {{ ref('record_moved') }} as moved on moved.record_id = agreement.party_id
where step.change <> 0
group by coalesce(moved.party_number, agreement.party_id), step.balance_date
