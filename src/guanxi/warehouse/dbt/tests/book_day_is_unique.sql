-- One row a key.
select business_date, institution_id, manager_id, kind, tier, count(*) as times
from {{ ref('book_day') }}
group by business_date, institution_id, manager_id, kind, tier
having count(*) > 1
