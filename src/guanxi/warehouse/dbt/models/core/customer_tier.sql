select
    party_id,
    tier,
    sub_tier,
    tier_since,
    deposit,
    loan,
    wealth
from {{ ref('customer_figure') }}

union all

-- Whose record is part of another customer tonight: what that one was stays, for the night that parts them.
select
    before.party_id,
    before.tier,
    before.sub_tier,
    before.tier_since,
    before.deposit,
    before.loan,
    before.wealth
from {{ source('carried', 'customer_tier') }} as before
inner join {{ ref('record_moved') }} as moved on moved.record_id = before.party_id
