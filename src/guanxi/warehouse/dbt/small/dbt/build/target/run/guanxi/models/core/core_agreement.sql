copy (
            select * from (
select
    agreement.agreement_id,
    agreement.agreement_kind,
    agreement.account_number,
    agreement.product_id,
    agreement.party_id,
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
from "memory"."staging"."stg_agreement" as agreement
left join "memory"."core"."agreement_ledger" as ledger on ledger.agreement_id = agreement.agreement_id
            ) order by agreement_id
        ) to 'small/work/build/datasets/core/core_agreement.parquet' (format parquet, parquet_version v2, compression zstd)