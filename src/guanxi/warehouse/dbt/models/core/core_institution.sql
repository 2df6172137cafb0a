{#- Twelve levels above an institution at most: as many joins as levels, because not every engine recurses. -#}
{%- set levels = range(1, 12) -%}
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
    from {{ ref('stg_institution') }}

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
    from {{ source('carried', 'core_institution') }} as before
    where not exists (
        select 1
        from {{ ref('stg_institution') }} as tonight
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
    {% for level in levels | reverse -%}
    case when level_{{ level }}.institution_id is null then '' else level_{{ level }}.institution_id || '/' end ||
    {% endfor -%}
    level_0.institution_id || '/' as path,
    cast(
        {% for level in levels -%}
        case when level_{{ level }}.institution_id is null then 0 else 1 end{{ ' +' if not loop.last }}
        {% endfor -%}
    as smallint) as depth
from institution as level_0
{% for level in levels -%}
left join institution as level_{{ level }} on level_{{ level }}.institution_id = level_{{ level - 1 }}.parent_id
{% endfor %}
