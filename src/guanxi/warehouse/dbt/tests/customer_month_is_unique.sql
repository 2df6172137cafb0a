-- One row a key.
select party_id, month, count(*) as times
from {{ ref('customer_month') }}
group by party_id, month
having count(*) > 1
