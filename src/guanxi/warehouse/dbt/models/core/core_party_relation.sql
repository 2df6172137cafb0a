with numbered as (
    select
        coalesce(one.party_number, record.party_id) as party_id,
        coalesce(other.party_number, record.related_party_id) as related_party_id,
        record.relation_kind,
        record.share,
        record.valid_from,
        record.valid_to,
        record.changed_on,
        record.party_id as record_id,
        record.related_party_id as related_record_id,
        one.record_id is not null or other.record_id is not null as is_shared
    from {{ ref('party_relation_record') }} as record
    left join {{ ref('record_shared') }} as one on one.record_id = record.party_id
    left join {{ ref('record_shared') }} as other on other.record_id = record.related_party_id
),

-- What several records say of the same two parties is one relation: the one that lasts longest, said last. Records of one
-- party are not related to each other.
placed as (
    select
        numbered.*,
        row_number() over (
            partition by numbered.party_id, numbered.related_party_id, numbered.relation_kind
            order by coalesce(numbered.valid_to, cast('9999-12-31' as date)) desc, numbered.changed_on desc,
                coalesce(numbered.share, 0) desc, numbered.record_id, numbered.related_record_id
        ) as place
    from numbered
    where numbered.is_shared and numbered.party_id <> numbered.related_party_id
)

select
    numbered.party_id,
    numbered.related_party_id,
    numbered.relation_kind,
    numbered.share,
    numbered.valid_from,
    numbered.valid_to
from numbered
where not numbered.is_shared

union all

select
    placed.party_id,
    placed.related_party_id,
    placed.relation_kind,
    placed.share,
    placed.valid_from,
    placed.valid_to
from placed
where placed.place = 1
