select
    figure.business_date,
    figure.institution_id,
    figure.industry,
    figure.kind,
    cast(sum(case when figure.product_count > 0 then 1 else 0 end) as integer) as customers,
    cast(sum(case when figure.product_count > 0 then 0 else 1 end) as integer) as prospects,
    cast(sum(figure.deposit) as decimal(18, 2)) as deposit,
    cast(sum(figure.loan) as decimal(18, 2)) as loan,
    cast(sum(figure.wealth) as decimal(18, 2)) as wealth,
    cast(sum(figure.contribution_r12) as decimal(18, 2)) as contribution_r12,
    cast(sum(case when figure.days_overdue > 0 then 1 else 0 end) as integer) as overdue,
    cast(sum(case when figure.days_overdue > 0 then figure.loan else 0 end) as decimal(18, 2)) as overdue_loan,
    cast(sum(case when figure.risk_grade = 'special_mention' then figure.loan else 0 end) as decimal(18, 2))
        as mention_loan,
    cast(sum(case when figure.risk_grade in ('substandard', 'doubtful', 'loss') then figure.loan else 0 end)
        as decimal(18, 2)) as bad_loan,
    cast(sum(case when figure.product_count > 0 and (figure.product_kinds & 3) = 0 then 1 else 0 end) as integer)
        as without_deposit,
    cast(sum(case when figure.product_count > 0 and (figure.product_kinds & 4) = 0 then 1 else 0 end) as integer) as without_loan,
    cast(sum(case when figure.product_count > 0 and (figure.product_kinds & 128) = 0 then 1 else 0 end) as integer)
        as without_settlement,
    cast(sum(case when figure.product_count > 0 and figure.payroll_staff = 0 then 1 else 0 end) as integer)
        as without_payroll
from {{ ref('customer_figure') }} as figure
where figure.kind = 'organisation'
group by figure.business_date, figure.institution_id, figure.industry, figure.kind
