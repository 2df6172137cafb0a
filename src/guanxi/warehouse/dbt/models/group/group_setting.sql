select
    cast(max(case when kind = 'group' and key = 'control_above' then value end) as decimal(9, 6)) as control_above,
    cast(max(case when kind = 'group' and key = 'shown_least' then value end) as decimal(9, 6)) as shown_least,
    cast(max(case when kind = 'group' and key = 'beneficial_least' then value end) as decimal(9, 6)) as beneficial_least,
    cast(max(case when kind = 'household' and key = 'spouse' then value end) as decimal(9, 6)) as spouse,
    cast(max(case when kind = 'household' and key = 'household' then value end) as decimal(9, 6)) as same_household,
    cast(max(case when kind = 'household' and key = 'parent' then value end) as decimal(9, 6)) as parent,
    cast(max(case when kind = 'household' and key = 'joint_account' then value end) as decimal(9, 6)) as joint_account,
    cast(max(case when kind = 'household' and key = 'address' then value end) as decimal(9, 6)) as address,
    cast(max(case when kind = 'household' and key = 'address_and_surname' then value end) as decimal(9, 6)) as address_and_surname,
    cast(max(case when kind = 'household' and key = 'least' then value end) as decimal(9, 6)) as household_least,
    cast(max(case when kind = 'household' and key = 'most_at_address' then value end) as integer) as most_at_address
from {{ ref('assumption_now') }}
