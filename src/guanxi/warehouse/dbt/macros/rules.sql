{#- A subselect over ``source`` that adds what a book of rules decides: ``rule_<output>``, ``rule_version``, ``rule_path``.
    The engine compiles the version in force tonight (warehouse/rules) and hands it over in the environment. -#}
{% macro decide(book, source) -%}
{{ env_var('GUANXI_RULE_' ~ book | upper) | replace('rule_source', source) }}
{%- endmacro %}

{#- What a decision went by, as one text: ``name=value`` a line, nothing after the sign where it was empty. -#}
{% macro stated(values) -%}
{%- for name, value in values.items() %}
    {{ "" if loop.first else "|| chr(10) || " }}'{{ name }}=' || coalesce({{ as_text(value) }}, '')
{%- endfor %}
{%- endmacro %}
