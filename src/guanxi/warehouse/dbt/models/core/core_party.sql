with stated as (
    select
        party_id,
        party_kind,
        party_name,
        party_name_en,
        gender,
        birth_date,
        nationality,
        education,
        occupation,
        annual_income,
        industry_code,
        organisation_scale,
        registered_capital,
        employees,
        established_on,
        institution_id,
        manager_id,
        opened_on,
        investment_risk,
        aml_risk,
        restricted,
        status
    from {{ ref('stg_party') }}
    where change_code = 'U'

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
        before.status
    from {{ source('carried', 'core_party') }} as before
    where not exists (
        select 1
        from {{ ref('stg_party') }} as tonight
        where tonight.party_id = before.party_id
    )
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
