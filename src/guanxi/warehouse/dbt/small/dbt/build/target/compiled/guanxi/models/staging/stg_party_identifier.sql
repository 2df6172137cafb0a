select
    change_code,
    party_id,
    identifier_kind,
    identifier_number,
    valid_from,
    valid_to,
    is_primary
from "memory"."landing"."party_identifier"