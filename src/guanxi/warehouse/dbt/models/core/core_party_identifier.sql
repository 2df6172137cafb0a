with placed as (
    select
        source.party_number as party_id,
        record.identifier_kind,
        record.identifier_number,
        record.valid_from,
        record.valid_to,
        record.is_primary,
        row_number() over (
            partition by source.party_number, record.identifier_kind, record.identifier_number
            order by record.is_primary desc, source.source_rank, record.changed_on desc, source.record_id
        ) as place,
        row_number() over (
            partition by source.party_number
            order by record.is_primary desc, source.source_rank, record.changed_on desc, source.record_id,
                record.identifier_kind, record.identifier_number
        ) as place_of_all
    from {{ ref('party_identifier_record') }} as record
    inner join {{ ref('record_source') }} as source on source.record_id = record.party_id
    where source.is_shared
)

select
    alone.party_id,
    alone.identifier_kind,
    alone.identifier_number,
    alone.valid_from,
    alone.valid_to,
    alone.is_primary
from {{ ref('party_identifier_record') }} as alone
where not exists (
    select 1
    from {{ ref('record_shared') }} as shared
    where shared.record_id = alone.party_id
)

union all

select
    placed.party_id,
    placed.identifier_kind,
    placed.identifier_number,
    placed.valid_from,
    placed.valid_to,
    placed.is_primary and placed.place_of_all = 1 as is_primary
from placed
where placed.place = 1
