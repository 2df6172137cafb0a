select
    given.party_id as guarantor_id,
    ledger.party_id,
    cast(sum(ledger.balance) as decimal(18, 2)) as amount,
    cast(count(*) as integer) as agreements
from {{ ref('core_agreement_party') }} as given
cross join {{ source('control', 'night') }} as night
inner join {{ ref('agreement_ledger') }} as ledger
    on ledger.agreement_id = given.agreement_id and ledger.seen_on = night.business_date
where given.role = 'guarantor'
    and given.party_id <> ledger.party_id
    and ledger.agreement_kind in ('loan', 'card')
    and ledger.status <> 'closed'
    and ledger.balance > 0
    and coalesce(given.valid_from, night.business_date) <= night.business_date
    and coalesce(given.valid_to, night.business_date) >= night.business_date
group by given.party_id, ledger.party_id
