{#-
  The industry of a class of GB/T 4754-2017 such as '3912' or 'C3912', as the letter of its section and the two digits
  of its division: 'C39'. A section's letter alone gives the letter; what is in neither, nothing ('').
-#}
{%- macro industry(code) -%}
    {%- set ranges = [
        ('A', 1, 5), ('B', 6, 12), ('C', 13, 43), ('D', 44, 46), ('E', 47, 50), ('F', 51, 52), ('G', 53, 60),
        ('H', 61, 62), ('I', 63, 65), ('J', 66, 69), ('K', 70, 70), ('L', 71, 72), ('M', 73, 75), ('N', 76, 79),
        ('O', 80, 82), ('P', 83, 83), ('Q', 84, 85), ('R', 86, 90), ('S', 91, 96), ('T', 97, 97)] -%}
    {%- set first = "upper(substr(coalesce(" ~ code ~ ", ''), 1, 1))" -%}
    {%- set digits = "case when " ~ first ~ " between 'A' and 'Z' then substr(" ~ code ~ ", 2, 2) else substr("
        ~ code ~ ", 1, 2) end" -%}
    case
        {% for letter, low, high in ranges -%}
        when {{ digits }} in (
            {%- for number in range(low, high + 1) %}'{{ '%02d' % number }}'{{ ', ' if not loop.last }}{% endfor -%}
        ) then '{{ letter }}' || {{ digits }}
        {% endfor -%}
        when {{ first }} between 'A' and 'T' then {{ first }}
        else ''
    end
{%- endmacro %}
