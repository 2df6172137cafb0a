{#- An address without what people write in one way or another: blanks, marks, full-width signs, capitals. -#}
{% macro plain_address(value) -%}
    translate(lower(translate({{ value }}, '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ（）－＃', '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ()-#')),
        ' 　,，.。、;；()-#', '')
{%- endmacro %}
