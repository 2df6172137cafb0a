with person as (
    select
        party_id,
        substr(party_name, 1, 1) as surname
    from {{ ref('core_party') }}
    where party_kind = 'person' and status <> 'closed'
),

related as (
    select
        least(relation.party_id, relation.related_party_id) as one_id,
        greatest(relation.party_id, relation.related_party_id) as other_id,
        case relation.relation_kind
            when 'spouse' then setting.spouse
            when 'parent' then setting.parent
            else setting.same_household
        end as likely
    from {{ ref('core_party_relation') }} as relation
    cross join {{ source('control', 'night') }} as night
    cross join {{ ref('group_setting') }} as setting
    where relation.relation_kind in ('spouse', 'parent', 'household')
        and coalesce(relation.valid_from, night.business_date) <= night.business_date
        and coalesce(relation.valid_to, night.business_date) >= night.business_date
),

holder as (
    select distinct
        holding.agreement_id,
        holding.party_id
    from {{ ref('core_agreement_party') }} as holding
    cross join {{ source('control', 'night') }} as night
    where holding.role in ('holder', 'joint_holder')
        and coalesce(holding.valid_from, night.business_date) <= night.business_date
        and coalesce(holding.valid_to, night.business_date) >= night.business_date
),

joint as (
    select agreement_id
    from {{ ref('core_agreement_party') }}
    where role = 'joint_holder'
),

shared as (
    select
        one.party_id as one_id,
        other.party_id as other_id,
        setting.joint_account as likely
    from holder as one
    inner join holder as other on other.agreement_id = one.agreement_id and other.party_id > one.party_id
    cross join {{ ref('group_setting') }} as setting
    where one.agreement_id in (select agreement_id from joint)
),

-- An address that says a door: long enough, and with a number. Many at one door are a dormitory or a company.
door as (
    select distinct
        contact.party_id,
        person.surname,
        coalesce(contact.region_code, '') as region_code,
        {{ plain_address('contact.contact_value') }} as address
    from {{ ref('core_contact_point') }} as contact
    inner join person on person.party_id = contact.party_id
    where contact.contact_kind = 'home_address'
),

few as (
    select
        door.region_code,
        door.address
    from door
    cross join {{ ref('group_setting') }} as setting
    where length(door.address) >= 8 and door.address <> translate(door.address, '0123456789', '')
    group by door.region_code, door.address, setting.most_at_address
    having count(*) between 2 and setting.most_at_address
),

together as (
    select
        one.party_id as one_id,
        other.party_id as other_id,
        case when one.surname = other.surname then setting.address_and_surname else setting.address end as likely
    from few
    inner join door as one on one.region_code = few.region_code and one.address = few.address
    inner join door as other
        on other.region_code = few.region_code and other.address = few.address and other.party_id > one.party_id
    cross join {{ ref('group_setting') }} as setting
),

line as (
    select one_id, other_id, likely as by_relation, 0 as by_account, 0 as by_address from related
    union all
    select one_id, other_id, 0 as by_relation, likely as by_account, 0 as by_address from shared
    union all
    select one_id, other_id, 0 as by_relation, 0 as by_account, likely as by_address from together
),

summed as (
    select
        line.one_id,
        line.other_id,
        cast(max(line.by_relation) as decimal(9, 6)) as by_relation,
        cast(max(line.by_account) as decimal(9, 6)) as by_account,
        cast(max(line.by_address) as decimal(9, 6)) as by_address
    from line
    inner join person as one on one.party_id = line.one_id
    inner join person as other on other.party_id = line.other_id
    where line.one_id <> line.other_id
    group by line.one_id, line.other_id
)

select
    one_id,
    other_id,
    by_relation,
    by_account,
    by_address,
    cast(1 - cast((1 - by_relation) * (1 - by_account) as decimal(19, 12)) * (1 - by_address) as decimal(9, 6)) as likely
from summed
