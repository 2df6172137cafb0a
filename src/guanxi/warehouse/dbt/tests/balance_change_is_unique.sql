-- One row a key.
select party_id, balance_date, count(*) as times
from {{ ref('balance_change') }}
group by party_id, balance_date
having count(*) > 1
