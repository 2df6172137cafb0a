select
    source.party_number,
    source.record_id,
    source.source_rank,
    coalesce(record.changed_on, record.opened_on) as changed_on,
    case record.status when 'active' then 1 when 'dormant' then 2 else 3 end as status_rank,
    case record.aml_risk when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end as aml_rank,
    case when record.restricted then 1 else 2 end as restricted_rank,
    record.birth_date is not null and record.birth_date > cast('1900-01-01' as date)
        and record.birth_date <= night.business_date as birth_date_stands,
    record.party_kind,
    record.party_name,
    record.party_name_en,
    record.gender,
    record.birth_date,
    record.nationality,
    record.education,
    record.occupation,
    record.annual_income,
    record.industry_code,
    record.organisation_scale,
    record.registered_capital,
    record.employees,
    record.established_on,
    record.institution_id,
    record.manager_id,
    record.opened_on,
    record.investment_risk,
    record.aml_risk,
    record.restricted,
    record.status
from {{ ref('record_source') }} as source
inner join {{ ref('party_record') }} as record on record.party_id = source.record_id
cross join {{ source('control', 'night') }} as night
where source.is_shared
