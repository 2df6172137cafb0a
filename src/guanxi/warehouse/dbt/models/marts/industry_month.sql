select
    closed.month,
    closed.night,
    figure.institution_id,
    figure.industry,
    figure.kind,
    cast(count(*) as integer) as customers,
    cast(sum(closed.deposit_end) as decimal(18, 2)) as deposit_end,
    cast(sum(closed.loan_end) as decimal(18, 2)) as loan_end,
    cast(sum(closed.wealth_end) as decimal(18, 2)) as wealth_end,
    cast(sum(closed.contribution) as decimal(18, 2)) as contribution
from {{ ref('customer_month') }} as closed
inner join {{ ref('customer_figure') }} as figure on figure.party_id = closed.party_id
where figure.kind = 'organisation'
group by closed.month, closed.night, figure.institution_id, figure.industry, figure.kind
