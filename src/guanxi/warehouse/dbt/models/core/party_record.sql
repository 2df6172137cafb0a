select
    tonight.party_id,
    tonight.party_kind,
    tonight.party_name,
    tonight.party_name_en,
    tonight.gender,
    tonight.birth_date,
    tonight.nationality,
    tonight.education,
    tonight.occupation,
    tonight.annual_income,
    tonight.industry_code,
    tonight.organisation_scale,
    tonight.registered_capital,
    tonight.employees,
    tonight.established_on,
    tonight.institution_id,
    tonight.manager_id,
    tonight.opened_on,
    tonight.investment_risk,
    tonight.aml_risk,
    tonight.restricted,
    tonight.status,
    night.business_date as changed_on
from {{ ref('stg_party') }} as tonight
cross join {{ source('control', 'night') }} as night
where tonight.change_code = 'U'

union all

select
    before.party_id,
    before.party_kind,
    before.party_name,
    before.party_name_en,
    before.gender,
    before.birth_date,
    before.nationality,
    before.education,
    before.occupation,
    before.annual_income,
    before.industry_code,
    before.organisation_scale,
    before.registered_capital,
    before.employees,
    before.established_on,
    before.institution_id,
    before.manager_id,
    before.opened_on,
    before.investment_risk,
    before.aml_risk,
    before.restricted,
    before.status,
    before.changed_on
from {{ source('carried', 'party_record') }} as before
where not exists (
    select 1
    from {{ ref('stg_party') }} as tonight
    where tonight.party_id = before.party_id
)
