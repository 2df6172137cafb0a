with stated as (
    select
        alone.party_id,
        alone.party_kind,
        alone.party_name,
        alone.party_name_en,
        alone.gender,
        alone.birth_date,
        alone.nationality,
        alone.education,
        alone.occupation,
        alone.annual_income,
        alone.industry_code,
        alone.organisation_scale,
        alone.registered_capital,
        alone.employees,
        alone.established_on,
        alone.institution_id,
        alone.manager_id,
        alone.opened_on,
        alone.investment_risk,
        alone.aml_risk,
        alone.restricted,
        alone.status
    from {{ ref('party_record') }} as alone
    where not exists (
        select 1
        from {{ ref('record_shared') }} as shared
        where shared.record_id = alone.party_id
    )

    union all

    select
        golden.party_id,
        golden.party_kind,
        golden.party_name,
        golden.party_name_en,
        golden.gender,
        golden.birth_date,
        golden.nationality,
        golden.education,
        golden.occupation,
        golden.annual_income,
        golden.industry_code,
        golden.organisation_scale,
        golden.registered_capital,
        golden.employees,
        golden.established_on,
        golden.institution_id,
        golden.manager_id,
        golden.opened_on,
        golden.investment_risk,
        golden.aml_risk,
        golden.restricted,
        golden.status
    from {{ ref('party_golden') }} as golden
)

select
    stated.party_id,
    stated.party_kind,
    stated.party_name,
    stated.party_name_en,
    stated.gender,
    stated.birth_date,
    stated.nationality,
    stated.education,
    stated.occupation,
    stated.annual_income,
    stated.industry_code,
    stated.organisation_scale,
    stated.registered_capital,
    stated.employees,
    stated.established_on,
    stated.institution_id,
    case when lead.outcome = 'holds' then lead.manager_id else stated.manager_id end as manager_id,
    stated.opened_on,
    stated.investment_risk,
    stated.aml_risk,
    stated.restricted,
    stated.status
from stated
left join {{ ref('core_lead') }} as lead on lead.party_id = stated.party_id
