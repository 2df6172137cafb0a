select
    pick.party_id as party_id,
    {{ survived('party_kind') }} as party_kind,
    {{ survived('party_name') }} as party_name,
    {{ survived('party_name_en') }} as party_name_en,
    {{ survived('gender') }} as gender,
    {{ survived('birth_date') }} as birth_date,
    {{ survived('nationality') }} as nationality,
    {{ survived('education') }} as education,
    {{ survived('occupation') }} as occupation,
    {{ survived('annual_income') }} as annual_income,
    {{ survived('industry_code') }} as industry_code,
    {{ survived('organisation_scale') }} as organisation_scale,
    {{ survived('registered_capital') }} as registered_capital,
    {{ survived('employees') }} as employees,
    {{ survived('established_on') }} as established_on,
    {{ survived('institution_id') }} as institution_id,
    {{ survived('manager_id') }} as manager_id,
    {{ survived('opened_on') }} as opened_on,
    {{ survived('investment_risk') }} as investment_risk,
    {{ survived('aml_risk') }} as aml_risk,
    {{ survived('restricted') }} as restricted,
    {{ survived('status') }} as status
from {{ ref('party_field') }} as pick
inner join {{ ref('party_candidate') }} as candidate
    on candidate.party_number = pick.party_id
    and candidate.record_id = pick.source_record
group by pick.party_id
