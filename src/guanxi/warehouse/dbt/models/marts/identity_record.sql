with told as (
    select
        value.record_id,
        '[' || {{ joined('value.said') }} || ']' as content
    from (
        select
            line.record_id,
            '{"field":' || {{ json_text('line.field') }}
                || ',"value":' || {{ json_text('line.value') }}
                || ',"source":' || {{ json_text('source.source') }}
                || ',"date":' || coalesce('"' || {{ as_text('line.changed_on') }} || '"', 'null')
                || ',"valid":' || case when line.valid then 'true' when not line.valid then 'false' else 'null' end
                || '}' as said
        from {{ ref('record_value') }} as line
        inner join {{ ref('record_source') }} as source on source.record_id = line.record_id
    ) as value
    group by value.record_id
)

select
    shown.record_id,
    shown.party_number as party_id,
    record.party_kind as kind,
    record.institution_id,
    record.manager_id,
    source.source,
    record.changed_on,
    coalesce(told.content, '[]') as content
from {{ ref('record_shown') }} as shown
inner join {{ ref('party_record') }} as record on record.party_id = shown.record_id
inner join {{ ref('record_source') }} as source on source.record_id = shown.record_id
inner join {{ ref('core_party') }} as party on party.party_id = shown.party_number
left join told on told.record_id = shown.record_id
