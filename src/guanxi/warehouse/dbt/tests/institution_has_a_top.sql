-- The twelfth level has nothing above it: no tree is deeper, and no institution stands above itself.
select institution.institution_id, institution.path
from {{ ref('core_institution') }} as institution
inner join {{ ref('core_institution') }} as top
    on institution.path like top.institution_id || '/%'
where institution.depth = 11 and top.parent_id is not null
