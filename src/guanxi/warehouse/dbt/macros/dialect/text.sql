{#- A value as text, the same on every engine: dates as 2026-03-31, decimals with all of their places. -#}
{% macro as_text(value) -%}
    {{ return(adapter.dispatch('as_text', 'guanxi')(value)) }}
{%- endmacro %}

{% macro default__as_text(value) -%}
    cast({{ value }} as varchar)
{%- endmacro %}

{% macro spark__as_text(value) -%}
    cast({{ value }} as string)
{%- endmacro %}


{#- The texts of a group in their own order, with commas between. -#}
{% macro joined(value) -%}
    {{ return(adapter.dispatch('joined', 'guanxi')(value)) }}
{%- endmacro %}

{% macro default__joined(value) -%}
    string_agg({{ value }}, ',' order by {{ value }})
{%- endmacro %}

{% macro spark__joined(value) -%}
    array_join(sort_array(collect_list({{ value }})), ',')
{%- endmacro %}


{#- A text as a JSON string, with its quotes. Control characters become blanks. Neither engine reads a backslash in a literal
  as the other does, so none is written. -#}
{% macro json_text(value) -%}
    '"' || replace(replace(translate({{ value }}, {% for number in range(1, 32) -%}
        chr({{ number }}){{ ' || ' if not loop.last }}
    {%- endfor %}, '{{ ' ' * 31 }}'), chr(92), chr(92) || chr(92)), '"', chr(92) || '"') || '"'
{%- endmacro %}
