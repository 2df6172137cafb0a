select
    change_code,
    agreement_id,
    party_id,
    role,
    valid_from,
    valid_to
from {{ source('landing', 'agreement_party') }}
