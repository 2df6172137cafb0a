select
    party_id,
    tier,
    sub_tier,
    tier_since,
    deposit,
    loan,
    wealth
from {{ ref('customer_figure') }}
