select
    kind,
    cast(low as decimal(9, 8)) as low,
    cast(pairs as integer) as pairs
from {{ source('identity', 'identity_count') }}
