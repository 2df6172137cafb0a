select
    agreement.agreement_id,
    agreement.agreement_kind,
    coalesce(moved.party_number, agreement.party_id) as party_id,
    agreement.party_id as record_id,
    agreement.currency,
    agreement.opened_on,
    agreement.closed_on,
    agreement.status,
    agreement.maturity_date,
    agreement.risk_grade,
    agreement.days_overdue,
    terms.dimension,
    terms.day_basis,
    coalesce(agreement.annual_rate, terms.sheet_rate) as annual_rate,
    terms.ftp_rate,
    cast(case
        when terms.product_id is null then null
        when agreement.agreement_kind in ('demand_deposit', 'term_deposit')
            then coalesce(terms.ftp_rate - coalesce(agreement.annual_rate, terms.sheet_rate), 0)
        when agreement.agreement_kind in ('loan', 'card')
            then coalesce(coalesce(agreement.annual_rate, terms.sheet_rate) - terms.ftp_rate, 0)
        else 0
    end as decimal(10, 6)) as spread,
    terms.fee_rate,
    case when agreement.agreement_kind in ('loan', 'card') then cast(loss.value as decimal(9, 6)) end as loss_rate,
    cast(upkeep.value as decimal(12, 6)) as upkeep_rate
from {{ ref('stg_agreement') }} as agreement
cross join {{ source('control', 'night') }} as night
left join {{ ref('record_moved') }} as moved on moved.record_id = agreement.party_id
left join {{ ref('agreement_terms') }} as terms
    on terms.product_id = agreement.product_id
    and terms.currency = agreement.currency
    and terms.term_days = coalesce(agreement.term_days, 0)
    and terms.reference_date = case
        when agreement.term_days > 0 then coalesce(agreement.value_date, agreement.opened_on)
        else night.business_date
    end
left join {{ ref('assumption_now') }} as loss
    on loss.kind = 'loss_rate' and loss.key = coalesce(agreement.risk_grade, 'normal')
left join {{ ref('assumption_now') }} as upkeep
    on upkeep.kind = 'upkeep' and upkeep.key = agreement.agreement_kind
