-- One row a key.
select month, institution_id, industry, count(*) as times
from {{ ref('industry_month') }}
group by month, institution_id, industry
having count(*) > 1
