copy (
            select * from (
with institution as (
    select
        institution_id,
        institution_name,
        institution_name_en,
        parent_id,
        institution_kind,
        city,
        opened_on,
        status
    from "memory"."staging"."stg_institution"

    union all

    select
        before.institution_id,
        before.institution_name,
        before.institution_name_en,
        before.parent_id,
        before.institution_kind,
        before.city,
        before.opened_on,
        before.status
    from "memory"."carried"."core_institution" as before
    where not exists (
        select 1
        from "memory"."staging"."stg_institution" as tonight
        where tonight.institution_id = before.institution_id
    )
)

select
    level_0.institution_id,
    level_0.institution_name,
    level_0.institution_name_en,
    level_0.parent_id,
    level_0.institution_kind,
    level_0.city,
    level_0.opened_on,
    level_0.status,
    case when level_11.institution_id is null then '' else level_11.institution_id || '/' end ||
    case when level_10.institution_id is null then '' else level_10.institution_id || '/' end ||
    case when level_9.institution_id is null then '' else level_9.institution_id || '/' end ||
    case when level_8.institution_id is null then '' else level_8.institution_id || '/' end ||
    case when level_7.institution_id is null then '' else level_7.institution_id || '/' end ||
    case when level_6.institution_id is null then '' else level_6.institution_id || '/' end ||
    case when level_5.institution_id is null then '' else level_5.institution_id || '/' end ||
    case when level_4.institution_id is null then '' else level_4.institution_id || '/' end ||
    case when level_3.institution_id is null then '' else level_3.institution_id || '/' end ||
    case when level_2.institution_id is null then '' else level_2.institution_id || '/' end ||
    case when level_1.institution_id is null then '' else level_1.institution_id || '/' end ||
    level_0.institution_id || '/' as path,
    cast(
        case when level_1.institution_id is null then 0 else 1 end +
        case when level_2.institution_id is null then 0 else 1 end +
        case when level_3.institution_id is null then 0 else 1 end +
        case when level_4.institution_id is null then 0 else 1 end +
        case when level_5.institution_id is null then 0 else 1 end +
        case when level_6.institution_id is null then 0 else 1 end +
        case when level_7.institution_id is null then 0 else 1 end +
        case when level_8.institution_id is null then 0 else 1 end +
        case when level_9.institution_id is null then 0 else 1 end +
        case when level_10.institution_id is null then 0 else 1 end +
        case when level_11.institution_id is null then 0 else 1 end
        as smallint) as depth
from institution as level_0
left join institution as level_1 on level_1.institution_id = level_0.parent_id
left join institution as level_2 on level_2.institution_id = level_1.parent_id
left join institution as level_3 on level_3.institution_id = level_2.parent_id
left join institution as level_4 on level_4.institution_id = level_3.parent_id
left join institution as level_5 on level_5.institution_id = level_4.parent_id
left join institution as level_6 on level_6.institution_id = level_5.parent_id
left join institution as level_7 on level_7.institution_id = level_6.parent_id
left join institution as level_8 on level_8.institution_id = level_7.parent_id
left join institution as level_9 on level_9.institution_id = level_8.parent_id
left join institution as level_10 on level_10.institution_id = level_9.parent_id
left join institution as level_11 on level_11.institution_id = level_10.parent_id

            ) order by institution_id
        ) to 'small/work/build/datasets/core/core_institution.parquet' (format parquet, parquet_version v2, compression zstd)