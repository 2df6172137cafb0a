select
    night.business_date,
    line.agreement_id,
    line.party_id,
    party.institution_id,
    party.manager_id,
    line.agreement_kind as kind,
    line.maturity_date,
    line.balance
from {{ ref('agreement_ledger') }} as line
cross join {{ source('control', 'night') }} as night
cross join {{ ref('setting') }} as setting
inner join {{ ref('core_party') }} as party on party.party_id = line.party_id
where line.seen_on = night.business_date
    and line.status in ('active', 'dormant', 'frozen')
    and line.maturity_date >= night.business_date
    and line.maturity_date <= {{ add_days('night.business_date', 'setting.maturity_days') }}
