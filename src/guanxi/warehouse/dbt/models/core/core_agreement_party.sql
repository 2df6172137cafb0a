with placed as (
    select
        record.agreement_id,
        shared.party_number as party_id,
        record.role,
        record.valid_from,
        record.valid_to,
        row_number() over (
            partition by record.agreement_id, shared.party_number, record.role
            order by coalesce(record.valid_to, cast('9999-12-31' as date)) desc, record.changed_on desc, record.party_id
        ) as place
    from {{ ref('agreement_party_record') }} as record
    inner join {{ ref('record_shared') }} as shared on shared.record_id = record.party_id
)

select
    alone.agreement_id,
    alone.party_id,
    alone.role,
    alone.valid_from,
    alone.valid_to
from {{ ref('agreement_party_record') }} as alone
where not exists (
    select 1
    from {{ ref('record_shared') }} as shared
    where shared.record_id = alone.party_id
)

union all

select
    placed.agreement_id,
    placed.party_id,
    placed.role,
    placed.valid_from,
    placed.valid_to
from placed
where placed.place = 1
