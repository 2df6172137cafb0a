with company as (
    select
        party_name,
        min(party_id) as party_id
    from {{ ref('core_party') }}
    where party_kind = 'organisation'
    group by party_name
    having count(*) = 1
),

related as (
    select
        relation.related_party_id as party_id,
        case when relation.relation_kind in ('shareholder', 'controller') then 'owner' else 'manager' end as role,
        relation.party_id as other_id,
        relation.share,
        relation.valid_from,
        relation.valid_to
    from {{ ref('core_party_relation') }} as relation
    where relation.relation_kind in ('shareholder', 'controller', 'legal_representative', 'executive')

    union all

    select
        relation.party_id,
        'staff' as role,
        relation.related_party_id as other_id,
        cast(null as decimal(9, 6)) as share,
        relation.valid_from,
        relation.valid_to
    from {{ ref('core_party_relation') }} as relation
    where relation.relation_kind = 'employer'

    union all

    select
        relation.related_party_id as party_id,
        'supplier' as role,
        relation.party_id as other_id,
        cast(null as decimal(9, 6)) as share,
        relation.valid_from,
        relation.valid_to
    from {{ ref('core_party_relation') }} as relation
    where relation.relation_kind = 'supplier'

    union all

    select
        relation.party_id,
        'buyer' as role,
        relation.related_party_id as other_id,
        cast(null as decimal(9, 6)) as share,
        relation.valid_from,
        relation.valid_to
    from {{ ref('core_party_relation') }} as relation
    where relation.relation_kind = 'supplier'
),

pair as (
    select
        coalesce(own.party_number, pair.party_id) as party_id,
        pair.role,
        coalesce(other.party_number, pair.other_id) as other_id,
        pair.other_name,
        pair.amount_year,
        pair.amount_last_year,
        pair.times_year,
        pair.times_last_year,
        pair.last_on
    from {{ ref('core_payment_pair') }} as pair
    left join {{ ref('record_moved') }} as own on own.record_id = pair.party_id
    left join {{ ref('record_moved') }} as other on other.record_id = pair.other_id
),

line as (
    select
        related.party_id,
        related.role,
        related.other_id,
        '' as other_name,
        related.share,
        0 as amount_year,
        0 as amount_last_year,
        0 as times,
        cast(null as date) as last_on
    from related
    cross join {{ source('control', 'night') }} as night
    where coalesce(related.valid_from, night.business_date) <= night.business_date
        and coalesce(related.valid_to, night.business_date) >= night.business_date

    union all

    select
        pair.party_id,
        pair.role,
        case when pair.other_id = '' then coalesce(company.party_id, '') else pair.other_id end as other_id,
        pair.other_name,
        cast(null as decimal(9, 6)) as share,
        pair.amount_year,
        pair.amount_last_year,
        pair.times_year + pair.times_last_year as times,
        pair.last_on
    from pair
    left join company on company.party_name = pair.other_name
    where coalesce(company.party_id, '') <> pair.party_id and pair.other_id <> pair.party_id
),

summed as (
    select
        line.party_id,
        line.role,
        case when line.other_id = '' then 'name:' || line.other_name else line.other_id end as other_key,
        max(line.other_id) as other_id,
        max(line.other_name) as other_name,
        max(line.share) as share,
        cast(sum(line.amount_year) as decimal(18, 2)) as amount_year,
        cast(sum(line.amount_last_year) as decimal(18, 2)) as amount_last_year,
        cast(sum(line.times) as integer) as times,
        max(line.last_on) as last_on
    from line
    group by line.party_id, line.role, case when line.other_id = '' then 'name:' || line.other_name else line.other_id end
),

placed as (
    select
        summed.*,
        row_number() over (
            partition by summed.party_id, summed.role
            order by summed.amount_year + summed.amount_last_year desc, summed.other_key
        ) as place
    from summed
    inner join {{ ref('core_party') }} as party on party.party_id = summed.party_id and party.party_kind = 'organisation'
)

select
    placed.party_id,
    placed.role,
    placed.other_key,
    placed.other_id,
    placed.other_name,
    placed.share,
    placed.amount_year,
    placed.amount_last_year,
    placed.times,
    placed.last_on
from placed
where placed.role = 'staff' or placed.place <= 40
