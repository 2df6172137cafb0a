with account as (
    select
        agreement.account_number,
        min(agreement.party_id) as record_id
    from {{ ref('stg_agreement') }} as agreement
    left join {{ ref('record_moved') }} as moved on moved.record_id = agreement.party_id
    where agreement.account_number is not null
    group by agreement.account_number
    having count(distinct coalesce(moved.party_number, agreement.party_id)) = 1
),

company as (
    select
        party_name,
        min(party_id) as party_id
    from {{ ref('core_party') }}
    where party_kind = 'organisation'
    group by party_name
    having count(*) = 1
),

paid as (
    select
        coalesce(ledger.record_id, event.party_id) as own_record,
        event.event_kind,
        event.event_date,
        event.counterparty_name as other_name,
        coalesce(account.record_id, company.party_id) as other_record,
        coalesce({{ in_cny('event.amount', 'event.currency', 'fx.mid_rate') }}, 0) as amount
    from {{ ref('core_event') }} as event
    inner join {{ ref('core_party') }} as own on own.party_id = event.party_id
    left join {{ ref('agreement_ledger') }} as ledger on ledger.agreement_id = event.agreement_id
    left join {{ ref('fx_tonight') }} as fx on fx.currency = event.currency
    left join account on account.account_number = event.counterparty_account
    left join company on company.party_name = event.counterparty_name
    where (event.event_kind = 'salary' and event.direction = 'C' and own.party_kind = 'person')
        or (event.event_kind in ('transfer_in', 'transfer_out') and own.party_kind = 'organisation'
            and coalesce(event.counterparty_name, '') <> '')
),

numbered as (
    select
        paid.*,
        coalesce(own.party_number, paid.own_record) as own_id,
        coalesce(other.party_number, paid.other_record) as other_id
    from paid
    left join {{ ref('record_moved') }} as own on own.record_id = paid.own_record
    left join {{ ref('record_moved') }} as other on other.record_id = paid.other_record
),

sided as (
    select
        paid.other_record as party_id,
        'staff' as role,
        paid.own_record as other_id,
        '' as other_name,
        paid.event_date,
        cast(0 as decimal(18, 2)) as amount
    from numbered as paid
    inner join {{ ref('core_party') }} as payer on payer.party_id = paid.other_id
    where paid.event_kind = 'salary' and payer.party_kind = 'organisation'

    union all

    select
        paid.own_record as party_id,
        case when paid.event_kind = 'transfer_in' then 'buyer' else 'supplier' end as role,
        coalesce(paid.other_record, '') as other_id,
        paid.other_name,
        paid.event_date,
        paid.amount
    from numbered as paid
    left join {{ ref('core_party') }} as payee on payee.party_id = paid.other_id
    where paid.event_kind <> 'salary'
        and paid.own_id <> coalesce(paid.other_id, '')
        and coalesce(payee.party_kind, 'organisation') = 'organisation'
),

line as (
    select
        sided.party_id,
        sided.role,
        case when sided.other_id = '' then 'name:' || sided.other_name else sided.other_id end as other_key,
        sided.other_id,
        sided.other_name,
        case when sided.event_date >= night.year_start then sided.amount else 0 end as amount_year,
        case when sided.event_date >= night.year_start then 0 else sided.amount end as amount_last_year,
        case when sided.event_date >= night.year_start then 1 else 0 end as times_year,
        case when sided.event_date >= night.year_start then 0 else 1 end as times_last_year,
        sided.event_date as first_on,
        sided.event_date as last_on
    from sided
    cross join {{ source('control', 'night') }} as night

    union all

    select
        before.party_id,
        before.role,
        before.other_key,
        before.other_id,
        before.other_name,
        case when night.eve_year < night.year_start then 0 else before.amount_year end as amount_year,
        case when night.eve_year < night.year_start then before.amount_year else before.amount_last_year end
            as amount_last_year,
        case when night.eve_year < night.year_start then 0 else before.times_year end as times_year,
        case when night.eve_year < night.year_start then before.times_year else before.times_last_year end
            as times_last_year,
        before.first_on,
        before.last_on
    from {{ source('carried', 'core_payment_pair') }} as before
    cross join {{ source('control', 'night') }} as night
    where before.last_on >= {{ add_days('night.business_date', -400) }}
)

select
    line.party_id,
    line.role,
    line.other_key,
    max(line.other_id) as other_id,
    max(line.other_name) as other_name,
    cast(sum(line.amount_year) as decimal(18, 2)) as amount_year,
    cast(sum(line.amount_last_year) as decimal(18, 2)) as amount_last_year,
    cast(sum(line.times_year) as integer) as times_year,
    cast(sum(line.times_last_year) as integer) as times_last_year,
    min(line.first_on) as first_on,
    max(line.last_on) as last_on
from line
group by line.party_id, line.role, line.other_key
