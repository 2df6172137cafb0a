{{ survivor('party_kind', 'candidate.party_kind is not null') }}

union all

{{ survivor('party_name', 'candidate.party_name is not null') }}

union all

{{ survivor('party_name_en', 'candidate.party_name_en is not null') }}

union all

{{ survivor('gender', 'candidate.gender is not null') }}

union all

{{ survivor('birth_date', 'candidate.birth_date_stands') }}

union all

{{ survivor('nationality', 'candidate.nationality is not null') }}

union all

{{ survivor('education', 'candidate.education is not null') }}

union all

{{ survivor('occupation', 'candidate.occupation is not null') }}

union all

{{ survivor('annual_income', 'candidate.annual_income is not null') }}

union all

{{ survivor('industry_code', 'candidate.industry_code is not null') }}

union all

{{ survivor('organisation_scale', 'candidate.organisation_scale is not null') }}

union all

{{ survivor('registered_capital', 'candidate.registered_capital is not null') }}

union all

{{ survivor('employees', 'candidate.employees is not null') }}

union all

{{ survivor('established_on', 'candidate.established_on is not null') }}

union all

{{ survivor('institution_id', 'candidate.manager_id is not null') }}

union all

{{ survivor('manager_id', 'candidate.manager_id is not null') }}

union all

{{ survivor('opened_on', 'candidate.opened_on is not null', 'candidate.opened_on', 'earliest') }}

union all

{{ survivor('investment_risk', 'candidate.investment_risk is not null') }}

union all

{{ survivor('aml_risk', 'candidate.aml_risk is not null', 'candidate.aml_rank', 'strictest') }}

union all

{{ survivor('restricted', 'candidate.restricted is not null', 'candidate.restricted_rank', 'strictest') }}

union all

{{ survivor('status', 'candidate.status is not null', 'candidate.status_rank', 'liveliest') }}
