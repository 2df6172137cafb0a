-- Industries and customers say the same: the rows of one side that the other does not have, to the cent.
with industries as (
    select
        sum(customers + prospects) as parties,
        sum(deposit) as deposit,
        sum(loan) as loan,
        sum(wealth) as wealth
    from {{ ref('industry_figure') }}
),

customers as (
    select
        count(*) as parties,
        sum(deposit) as deposit,
        sum(loan) as loan,
        sum(wealth) as wealth
    from {{ ref('customer_figure') }}
    where kind = 'organisation'
)

select industries.parties, customers.parties as expected
from industries
cross join customers
where coalesce(industries.parties, 0) <> customers.parties
    or coalesce(industries.deposit, 0) <> coalesce(customers.deposit, 0)
    or coalesce(industries.loan, 0) <> coalesce(customers.loan, 0)
    or coalesce(industries.wealth, 0) <> coalesce(customers.wealth, 0)
