-- One row a key.
select party_id, role, other_key, count(*) as times
from {{ ref('company_link') }}
group by party_id, role, other_key
having count(*) > 1
