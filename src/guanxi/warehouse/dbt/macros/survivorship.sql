{#-
  Whose value of a field a party of several records has: one branch of `party_field`, a row a party and field.

  A record that a steward chose by hand comes first, then those whose value may stand (`valid`), then `grade` (an order of
  the field's own, or nothing), the rank of the record's source, the night in which the bank's file stated it last, the
  record that has been with the bank longest, its number. `rule` says which of these decided; `agrees`
  where all records that say anything say the same.
-#}
{% macro survivor(field, valid, grade='1', by='') -%}
    select
        placed.party_number as party_id,
        '{{ field }}' as field,
        placed.record_id as source_record,
        case
            when placed.agrees then 'agrees'
            when placed.kept = 1 then 'kept'
            when placed.next_valid is null or placed.next_valid > placed.valid then 'validity'
            {%- if by %}
            when placed.next_grade > placed.grade then '{{ by }}'
            {%- endif %}
            when placed.next_rank > placed.source_rank then 'source'
            when placed.next_changed < placed.changed_on then 'recency'
            else 'order'
        end as rule
    from (
        select
            line.party_number,
            line.record_id,
            line.valid,
            line.kept,
            line.grade,
            line.source_rank,
            line.changed_on,
            coalesce(min(line.said) over (partition by line.party_number)
                = max(line.said) over (partition by line.party_number), true) as agrees,
            lead(line.valid) over ({{ survivor_window() }}) as next_valid,
            lead(line.grade) over ({{ survivor_window() }}) as next_grade,
            lead(line.source_rank) over ({{ survivor_window() }}) as next_rank,
            lead(line.changed_on) over ({{ survivor_window() }}) as next_changed,
            row_number() over ({{ survivor_window() }}) as place
        from (
            select
                candidate.party_number,
                candidate.record_id,
                case when {{ valid }} then 1 else 2 end as valid,
                candidate.{{ field }} as said,
                case when kept.record_id = candidate.record_id then 1 else 2 end as kept,
                {{ grade }} as grade,
                candidate.source_rank,
                candidate.changed_on,
                candidate.opened_on
            from {{ ref('party_candidate') }} as candidate
            left join {{ source('control', 'kept') }} as kept
                on kept.party_id = candidate.party_number and kept.field = '{{ field }}'
        ) as line
    ) as placed
    where placed.place = 1
{%- endmacro %}


{% macro survivor_window() -%}
    partition by line.party_number
    order by line.kept, line.valid, line.grade, line.source_rank, line.changed_on desc, line.opened_on, line.record_id
{%- endmacro %}


{#- The chosen record's value of a field, where `pick` is a row of `party_field` and `candidate` the record chosen. -#}
{% macro survived(field) -%}
    max(case when pick.field = '{{ field }}' then candidate.{{ field }} end)
{%- endmacro %}
