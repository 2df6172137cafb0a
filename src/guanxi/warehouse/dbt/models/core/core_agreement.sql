select
    agreement.agreement_id,
    agreement.agreement_kind,
    agreement.account_number,
    agreement.product_id,
    coalesce(moved.party_number, agreement.party_id) as party_id,
    agreement.institution_id,
    agreement.currency,
    agreement.opened_on,
    agreement.closed_on,
    agreement.status,
    agreement.amount,
    agreement.annual_rate,
    agreement.term_days,
    agreement.value_date,
    agreement.maturity_date,
    agreement.auto_renew,
    agreement.repayment,
    agreement.risk_grade,
    agreement.days_overdue,
    agreement.overdue_amount,
    ledger.balance_own as balance,
    ledger.balance_date
from {{ ref('stg_agreement') }} as agreement
left join {{ ref('record_moved') }} as moved on moved.record_id = agreement.party_id
left join {{ ref('agreement_ledger') }} as ledger on ledger.agreement_id = agreement.agreement_id
