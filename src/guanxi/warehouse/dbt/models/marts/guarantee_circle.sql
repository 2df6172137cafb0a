with circle as (
    select
        forth.guarantor_id as member_id,
        min(forth.party_id) as circle_id
    from {{ ref('guarantee_reach') }} as forth
    inner join {{ ref('guarantee_reach') }} as back
        on back.guarantor_id = forth.party_id and back.party_id = forth.guarantor_id
    group by forth.guarantor_id
    having count(*) > 1
)

select
    guarantor.circle_id,
    given.guarantor_id,
    given.party_id,
    given.amount,
    given.agreements
from {{ ref('guarantee_given') }} as given
inner join circle as guarantor on guarantor.member_id = given.guarantor_id
inner join circle as borrower on borrower.member_id = given.party_id and borrower.circle_id = guarantor.circle_id
