select
    relation.party_id as owner_id,
    relation.related_party_id as party_id,
    cast(max(coalesce(relation.share, 0)) as decimal(19, 12)) as share,
    max(case when relation.relation_kind in ('controller', 'parent_company') then 1 else 0 end) as stated
from {{ ref('core_party_relation') }} as relation
inner join {{ ref('core_party') }} as company
    on company.party_id = relation.related_party_id and company.party_kind = 'organisation'
cross join {{ source('control', 'night') }} as night
where relation.relation_kind in ('shareholder', 'controller', 'parent_company')
    and relation.party_id <> relation.related_party_id
    and coalesce(relation.valid_from, night.business_date) <= night.business_date
    and coalesce(relation.valid_to, night.business_date) >= night.business_date
group by relation.party_id, relation.related_party_id
