-- Every pair of figures agrees to the cent.
select rule, expected, actual
from {{ ref('reconciliation') }}
where expected <> actual
