{#- Whole days from one date to another: `later - earlier`. -#}
{% macro days_between(later, earlier) -%}
    {{ return(adapter.dispatch('days_between', 'guanxi')(later, earlier)) }}
{%- endmacro %}

{% macro default__days_between(later, earlier) -%}
    cast(({{ later }}) - ({{ earlier }}) as integer)
{%- endmacro %}

{% macro spark__days_between(later, earlier) -%}
    datediff({{ later }}, {{ earlier }})
{%- endmacro %}


{#- The date a number of days after another. -#}
{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days', 'guanxi')(day, days)) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    cast(({{ day }}) + ({{ days }}) as date)
{%- endmacro %}

{% macro spark__add_days(day, days) -%}
    date_add({{ day }}, {{ days }})
{%- endmacro %}


{#- The first day of a date's month. -#}
{% macro month_of(day) -%}
    {{ return(adapter.dispatch('month_of', 'guanxi')(day)) }}
{%- endmacro %}

{% macro default__month_of(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{% macro spark__month_of(day) -%}
    trunc({{ day }}, 'MM')
{%- endmacro %}


{#- Months since year 0: the difference of two is the number of months between them. -#}
{% macro month_number(day) -%}
    (extract(year from {{ day }}) * 12 + extract(month from {{ day }}))
{%- endmacro %}
