with opening_date as (
    select distinct balance_date as business_date
    from {{ source('opening', 'balance') }}
),

book as (
    select
        party.institution_id,
        coalesce(party.manager_id, '') as manager_id,
        party.party_kind as kind,
        party.opened_on,
        count(*) as customers
    from {{ ref('core_party') }} as party
    cross join {{ source('opening', 'night') }} as night
    group by party.institution_id, coalesce(party.manager_id, ''), party.party_kind, party.opened_on
),

book_customers as (
    select
        opening_date.business_date,
        book.institution_id,
        book.manager_id,
        book.kind,
        sum(case when book.opened_on <= opening_date.business_date then book.customers else 0 end) as customers
    from book
    cross join opening_date
    group by opening_date.business_date, book.institution_id, book.manager_id, book.kind
),

book_change as (
    select
        party.institution_id,
        coalesce(party.manager_id, '') as manager_id,
        party.party_kind as kind,
        change.balance_date,
        sum(change.deposit) as deposit,
        sum(change.loan) as loan,
        sum(change.wealth) as wealth
    from {{ ref('history_change') }} as change
    inner join {{ ref('core_party') }} as party on party.party_id = change.party_id
    group by party.institution_id, coalesce(party.manager_id, ''), party.party_kind, change.balance_date
),

book_balance as (
    select
        opening_date.business_date,
        book_change.institution_id,
        book_change.manager_id,
        book_change.kind,
        sum(book_change.deposit) as deposit,
        sum(book_change.loan) as loan,
        sum(book_change.wealth) as wealth
    from opening_date
    inner join book_change on book_change.balance_date <= opening_date.business_date
    group by opening_date.business_date, book_change.institution_id, book_change.manager_id, book_change.kind
)

select
    figure.business_date,
    figure.business_date as night,
    figure.institution_id,
    coalesce(figure.manager_id, '') as manager_id,
    figure.kind,
    figure.tier,
    cast(count(*) as integer) as customers,
    cast(sum(figure.deposit) as decimal(18, 2)) as deposit,
    cast(sum(figure.loan) as decimal(18, 2)) as loan,
    cast(sum(figure.wealth) as decimal(18, 2)) as wealth,
    cast(sum(figure.contribution_mtd) as decimal(18, 2)) as contribution_mtd,
    cast(sum(figure.contribution_r12) as decimal(18, 2)) as contribution_r12
from {{ ref('customer_figure') }} as figure
group by figure.business_date, figure.institution_id, coalesce(figure.manager_id, ''), figure.kind, figure.tier

union all

select
    book_customers.business_date,
    night.business_date as night,
    book_customers.institution_id,
    book_customers.manager_id,
    book_customers.kind,
    '' as tier,
    cast(book_customers.customers as integer) as customers,
    cast(coalesce(book_balance.deposit, 0) as decimal(18, 2)) as deposit,
    cast(coalesce(book_balance.loan, 0) as decimal(18, 2)) as loan,
    cast(coalesce(book_balance.wealth, 0) as decimal(18, 2)) as wealth,
    cast(0 as decimal(18, 2)) as contribution_mtd,
    cast(0 as decimal(18, 2)) as contribution_r12
from book_customers
cross join {{ source('control', 'night') }} as night
left join book_balance
    on book_balance.business_date = book_customers.business_date
    and book_balance.institution_id = book_customers.institution_id
    and book_balance.manager_id = book_customers.manager_id
    and book_balance.kind = book_customers.kind
where book_customers.customers > 0
