select
    staff_id,
    staff_name,
    institution_id,
    role,
    line,
    phone,
    email,
    joined_on,
    left_on,
    status
from {{ ref('stg_staff') }}

union all

select
    before.staff_id,
    before.staff_name,
    before.institution_id,
    before.role,
    before.line,
    before.phone,
    before.email,
    before.joined_on,
    before.left_on,
    before.status
from {{ source('carried', 'core_staff') }} as before
where not exists (
    select 1
    from {{ ref('stg_staff') }} as tonight
    where tonight.staff_id = before.staff_id
)
