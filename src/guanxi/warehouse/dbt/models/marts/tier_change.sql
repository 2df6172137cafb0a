select
    figure.party_id,
    figure.business_date as night,
    coalesce(before.tier, '') as tier_before,
    coalesce(before.sub_tier, '') as sub_tier_before,
    figure.tier,
    figure.sub_tier,
    figure.tier_reason as reason
from {{ ref('customer_figure') }} as figure
cross join {{ source('control', 'night') }} as night
left join {{ source('carried', 'customer_tier') }} as before on before.party_id = figure.party_id
where not night.is_opening
    and (before.party_id is null or before.tier <> figure.tier or before.sub_tier <> figure.sub_tier)
