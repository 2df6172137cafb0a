with customers as (
    select
        coalesce(sum(contribution_mtd), 0) as contribution_mtd,
        coalesce(sum(contribution_r12), 0) as contribution_r12,
        coalesce(sum(assets), 0) as assets,
        coalesce(sum(loan), 0) as loan
    from {{ ref('customer_figure') }}
),

agreements as (
    select
        coalesce(sum(contribution), 0) as contribution_mtd,
        coalesce(sum(contribution_r12), 0) as contribution_r12,
        count(*) as agreements
    from {{ ref('agreement_figure') }}
),

ledger as (
    select
        coalesce(sum(
            case when ledger.seen_on = night.business_date
                and ledger.agreement_kind in ('demand_deposit', 'term_deposit', 'wealth', 'insurance', 'fund')
                then ledger.balance else 0 end
        ), 0) as assets,
        coalesce(sum(
            case when ledger.seen_on = night.business_date and ledger.agreement_kind in ('loan', 'card')
                then ledger.balance else 0 end
        ), 0) as loan,
        coalesce(sum(case when ledger.balance_date = night.business_date then ledger.balance_own else 0 end), 0)
            as delivered,
        coalesce(sum(ledger.event_count), 0) as events
    from {{ ref('agreement_ledger') }} as ledger
    cross join {{ source('control', 'night') }} as night
),

unallocated as (
    select
        coalesce(sum(total.contribution_mtd), 0) as contribution_mtd,
        coalesce(sum(total.deposit_r12 + total.loan_r12 + total.fee_r12 + total.e_banking_r12), 0) as contribution_r12,
        coalesce(sum(total.deposit + total.wealth), 0) as assets,
        coalesce(sum(total.loan), 0) as loan
    from {{ ref('customer_total') }} as total
    where not exists (select 1 from {{ ref('core_party') }} as party where party.party_id = total.party_id)
),

stranger as (
    select coalesce(sum(delivered.balance), 0) as delivered
    from {{ source('nightly', 'balance') }} as delivered
    where not exists (
        select 1 from {{ ref('agreement_ledger') }} as ledger where ledger.agreement_id = delivered.agreement_id
    )
),

landed as (
    select
        (select coalesce(sum(balance), 0) from {{ source('nightly', 'balance') }}) as delivered,
        (select count(*) from {{ ref('stg_event') }}) as events,
        (select count(*) from {{ ref('stg_agreement') }}) as agreements
),

written as (
    select count(*) as events from {{ ref('core_event') }}
),

agreement_months as (
    select coalesce(sum(contribution), 0) as contribution from {{ ref('agreement_month') }}
),

customer_months as (
    select coalesce(sum(contribution), 0) as contribution from {{ ref('customer_month') }}
),

unallocated_months as (
    select coalesce(sum(closed.contribution), 0) as contribution
    from {{ ref('agreement_month') }} as closed
    where not exists (select 1 from {{ ref('core_party') }} as party where party.party_id = closed.party_id)
)

select
    'contribution_month' as rule,
    cast(agreements.contribution_mtd as decimal(26, 2)) as expected,
    cast(customers.contribution_mtd + unallocated.contribution_mtd as decimal(26, 2)) as actual
from agreements cross join customers cross join unallocated

union all

select
    'contribution_twelve_months' as rule,
    cast(agreements.contribution_r12 as decimal(26, 2)) as expected,
    cast(customers.contribution_r12 + unallocated.contribution_r12 as decimal(26, 2)) as actual
from agreements cross join customers cross join unallocated

union all

select
    'assets' as rule,
    cast(ledger.assets as decimal(26, 2)) as expected,
    cast(customers.assets + unallocated.assets as decimal(26, 2)) as actual
from ledger cross join customers cross join unallocated

union all

select
    'loans' as rule,
    cast(ledger.loan as decimal(26, 2)) as expected,
    cast(customers.loan + unallocated.loan as decimal(26, 2)) as actual
from ledger cross join customers cross join unallocated

union all

select
    'balances_delivered' as rule,
    cast(landed.delivered as decimal(26, 2)) as expected,
    cast(ledger.delivered + stranger.delivered as decimal(26, 2)) as actual
from landed cross join ledger cross join stranger

union all

select
    'events_written' as rule,
    cast(landed.events as decimal(26, 2)) as expected,
    cast(written.events as decimal(26, 2)) as actual
from landed cross join written

union all

select
    'agreements_valued' as rule,
    cast(landed.agreements as decimal(26, 2)) as expected,
    cast(agreements.agreements as decimal(26, 2)) as actual
from landed cross join agreements

union all

select
    'closed_months' as rule,
    cast(agreement_months.contribution as decimal(26, 2)) as expected,
    cast(customer_months.contribution + unallocated_months.contribution as decimal(26, 2)) as actual
from agreement_months cross join customer_months cross join unallocated_months
