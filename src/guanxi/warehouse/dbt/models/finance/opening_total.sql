select
    party_id,
    sum(deposit) as deposit,
    sum(loan) as loan,
    sum(wealth) as wealth
from {{ ref('history_change') }}
group by party_id
