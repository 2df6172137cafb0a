select
    record_id,
    party_number
from {{ source('identity', 'identity_number') }}
where record_id <> party_number
