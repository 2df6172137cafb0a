select
    figure.party_id,
    figure.business_date as night,
    coalesce(before.tier, '') as tier_before,
    coalesce(before.sub_tier, '') as sub_tier_before,
    figure.tier,
    figure.sub_tier,
    figure.tier_reason as reason,
    figure.tier_decision as decision,
    {{ stated({
        'restricted': 'figure.restricted', 'aml_risk': 'party.aml_risk', 'risk_grade': 'figure.risk_grade',
        'days_overdue': 'figure.days_overdue', 'contribution_r12': 'figure.contribution_r12',
        'assets_adb_ytd': 'figure.assets_adb_ytd', 'assets_adb_mtd': 'figure.assets_adb_mtd',
        'trend': 'figure.trend',
    }) }} as inputs
from {{ ref('customer_figure') }} as figure
inner join {{ ref('core_party') }} as party on party.party_id = figure.party_id
cross join {{ source('control', 'night') }} as night
left join {{ source('carried', 'customer_tier') }} as before on before.party_id = figure.party_id
where not night.is_opening
    and (before.party_id is null or before.tier <> figure.tier or before.sub_tier <> figure.sub_tier)
