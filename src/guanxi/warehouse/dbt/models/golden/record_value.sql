select
    shown.record_id,
    'party_name' as field,
    {{ as_text('record.party_name') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.party_name is not null

union all

select
    shown.record_id,
    'party_name_en' as field,
    {{ as_text('record.party_name_en') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.party_name_en is not null

union all

select
    shown.record_id,
    'gender' as field,
    {{ as_text('record.gender') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.gender is not null

union all

select
    shown.record_id,
    'birth_date' as field,
    {{ as_text('record.birth_date') }} as value,
    record.changed_on,
    case
        when record.birth_date is null then null
        else record.birth_date > cast('1900-01-01' as date) and record.birth_date <= night.business_date
    end as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
cross join {{ source('control', 'night') }} as night
where record.birth_date is not null

union all

select
    shown.record_id,
    'nationality' as field,
    {{ as_text('record.nationality') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.nationality is not null

union all

select
    shown.record_id,
    'education' as field,
    {{ as_text('record.education') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.education is not null

union all

select
    shown.record_id,
    'occupation' as field,
    {{ as_text('record.occupation') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.occupation is not null

union all

select
    shown.record_id,
    'annual_income' as field,
    {{ as_text('record.annual_income') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.annual_income is not null

union all

select
    shown.record_id,
    'industry_code' as field,
    {{ as_text('record.industry_code') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.industry_code is not null

union all

select
    shown.record_id,
    'organisation_scale' as field,
    {{ as_text('record.organisation_scale') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.organisation_scale is not null

union all

select
    shown.record_id,
    'registered_capital' as field,
    {{ as_text('record.registered_capital') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.registered_capital is not null

union all

select
    shown.record_id,
    'employees' as field,
    {{ as_text('record.employees') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.employees is not null

union all

select
    shown.record_id,
    'established_on' as field,
    {{ as_text('record.established_on') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.established_on is not null

union all

select
    shown.record_id,
    'institution_id' as field,
    {{ as_text('record.institution_id') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.institution_id is not null

union all

select
    shown.record_id,
    'manager_id' as field,
    {{ as_text('record.manager_id') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.manager_id is not null

union all

select
    shown.record_id,
    'opened_on' as field,
    {{ as_text('record.opened_on') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.opened_on is not null

union all

select
    shown.record_id,
    'investment_risk' as field,
    {{ as_text('record.investment_risk') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.investment_risk is not null

union all

select
    shown.record_id,
    'aml_risk' as field,
    {{ as_text('record.aml_risk') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.aml_risk is not null

union all

select
    shown.record_id,
    'restricted' as field,
    {{ as_text('record.restricted') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.restricted is not null

union all

select
    shown.record_id,
    'status' as field,
    {{ as_text('record.status') }} as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
where record.status is not null

union all

select
    shown.record_id,
    'identifier:' || record.identifier_kind as field,
    record.identifier_number as value,
    record.changed_on,
    case when record.valid_to is not null then record.valid_to >= night.business_date end as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_identifier_record') }} as record on record.party_id = shown.record_id
cross join {{ source('control', 'night') }} as night

union all

select
    shown.record_id,
    'contact:' || record.contact_kind as field,
    record.contact_value as value,
    record.changed_on,
    cast(null as boolean) as valid
from {{ ref('record_shown') }} as shown
inner join {{ ref('contact_point_record') }} as record on record.party_id = shown.record_id
