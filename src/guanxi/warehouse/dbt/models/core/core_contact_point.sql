with placed as (
    select
        source.party_number as party_id,
        record.contact_kind,
        record.sequence_no,
        record.contact_value,
        record.region_code,
        record.is_primary,
        source.source_rank,
        record.changed_on,
        source.record_id,
        row_number() over (
            partition by source.party_number, record.contact_kind, record.contact_value
            order by record.is_primary desc, source.source_rank, record.changed_on desc, source.record_id,
                record.sequence_no
        ) as place
    from {{ ref('contact_point_record') }} as record
    inner join {{ ref('record_source') }} as source on source.record_id = record.party_id
    where source.is_shared
),

counted as (
    select
        placed.*,
        row_number() over (
            partition by placed.party_id, placed.contact_kind
            order by placed.is_primary desc, placed.source_rank, placed.changed_on desc, placed.record_id,
                placed.sequence_no
        ) as counted_no
    from placed
    where placed.place = 1
)

select
    alone.party_id,
    alone.contact_kind,
    alone.sequence_no,
    alone.contact_value,
    alone.region_code,
    alone.is_primary
from {{ ref('contact_point_record') }} as alone
where not exists (
    select 1
    from {{ ref('record_shared') }} as shared
    where shared.record_id = alone.party_id
)

union all

select
    counted.party_id,
    counted.contact_kind,
    cast(counted.counted_no as integer) as sequence_no,
    counted.contact_value,
    counted.region_code,
    counted.is_primary and counted.counted_no = 1 as is_primary
from counted
