-- One row a key.
select month, agreement_id, count(*) as times
from {{ ref('agreement_month') }}
group by month, agreement_id
having count(*) > 1
