{#-
  Exact arithmetic. DuckDB divides decimals as doubles, caps the product of two decimals of up to 18 digits at 18
  digits, and is fifty times slower at dividing 128-bit numbers than 64-bit ones; Spark's `div` gives a bigint. Hence
  these macros. Each rounds half away from zero.
-#}

{#- amount (two decimals) times a rate, with all decimals of the product. -#}
{% macro exact_product(amount, rate) -%}
    {{ return(adapter.dispatch('exact_product', 'guanxi')(amount, rate)) }}
{%- endmacro %}

{% macro default__exact_product(amount, rate) -%}
    (cast({{ amount }} as decimal(22, 2)) * {{ rate }})
{%- endmacro %}

{% macro spark__exact_product(amount, rate) -%}
    (cast({{ amount }} as decimal(18, 2)) * {{ rate }})
{%- endmacro %}


{#-
  A sum (decimal of `scale` decimals) divided by a positive whole number, to the cent, as decimal(18, 2).
  Of a sum with eight decimals DuckDB takes the quick way below ten thousand million.
-#}
{% macro divide_money(numerator, denominator, scale=2) -%}
    {{ return(adapter.dispatch('divide_money', 'guanxi')(numerator, denominator, scale)) }}
{%- endmacro %}

{% macro default__divide_money(numerator, denominator, scale) -%}
    {%- set unit = 10 ** scale -%}
    {%- set per_cent = 10 ** (scale - 2) -%}
    {%- set limit = 10 ** (18 - scale) - 1 -%}
    {%- set narrow = 'cast(' ~ numerator ~ ' as decimal(18, ' ~ scale ~ '))' -%}
    {%- set whole = '(cast(floor(' ~ narrow ~ ') as bigint) * ' ~ unit
        ~ ' + cast((' ~ narrow ~ ' - floor(' ~ narrow ~ ')) * ' ~ unit ~ ' as bigint))' -%}
    {%- set divisor = '(cast(' ~ denominator ~ ' as bigint) * ' ~ per_cent ~ ')' -%}
    cast(cast(
        case
            when {{ numerator }} between -{{ limit }} and {{ limit }} then
                (2 * {{ whole }} + case when {{ numerator }} < 0 then -{{ divisor }} else {{ divisor }} end)
                // (2 * {{ divisor }})
            else cast(
                (2 * cast(cast({{ numerator }} as decimal(38, {{ scale }})) * {{ unit }} as hugeint)
                    + case when {{ numerator }} < 0 then -{{ divisor }} else {{ divisor }} end)
                // (2 * {{ divisor }}) as bigint)
        end as decimal(18, 0)) * 0.01 as decimal(18, 2))
{%- endmacro %}

{% macro spark__divide_money(numerator, denominator, scale) -%}
    {%- set divisor = '(cast(' ~ denominator ~ ' as bigint) * ' ~ 10 ** (scale - 2) ~ ')' -%}
    cast(cast(
        (2 * cast({{ numerator }} * {{ 10 ** scale }}BD as decimal(36, 0))
            + case when {{ numerator }} < 0 then -{{ divisor }} else {{ divisor }} end)
        div (2 * {{ divisor }}) as decimal(18, 0)) * 0.01BD as decimal(18, 2))
{%- endmacro %}


{#- One amount over another, both with two decimals and the second above zero, to four decimals; held within
  decimal(12, 4). -#}
{% macro divide_ratio(numerator, denominator) -%}
    {{ return(adapter.dispatch('divide_ratio', 'guanxi')(numerator, denominator)) }}
{%- endmacro %}

{% macro default__divide_ratio(numerator, denominator) -%}
    {%- set quick_n = 'cast(' ~ numerator ~ ' * 100 as bigint)' -%}
    {%- set quick_d = 'cast(' ~ denominator ~ ' * 100 as bigint)' -%}
    {%- set n = 'cast(cast(' ~ numerator ~ ' as decimal(30, 2)) * 100 as hugeint)' -%}
    {%- set d = 'cast(cast(' ~ denominator ~ ' as decimal(30, 2)) * 100 as hugeint)' -%}
    cast(cast(greatest(-999999999999, least(999999999999,
        case
            when {{ numerator }} between -1000000000000 and 1000000000000 and {{ denominator }} < 1000000000000 then
                (20000 * {{ quick_n }} + case when {{ numerator }} < 0 then -{{ quick_d }} else {{ quick_d }} end)
                // (2 * {{ quick_d }})
            else (20000 * {{ n }} + case when {{ numerator }} < 0 then -{{ d }} else {{ d }} end) // (2 * {{ d }})
        end)) as decimal(12, 0)) * 0.0001 as decimal(12, 4))
{%- endmacro %}

{% macro spark__divide_ratio(numerator, denominator) -%}
    {%- set n = 'cast(' ~ numerator ~ ' * 100BD as decimal(20, 0))' -%}
    {%- set d = 'cast(' ~ denominator ~ ' * 100BD as decimal(20, 0))' -%}
    cast(greatest(-999999999999, least(999999999999,
        (20000 * {{ n }} + case when {{ numerator }} < 0 then -{{ d }} else {{ d }} end) div (2 * {{ d }})
    )) * 0.0001BD as decimal(12, 4))
{%- endmacro %}


{#- An amount in its own currency as CNY, to the cent; `rate` is read only where the currency is not CNY. -#}
{% macro in_cny(amount, currency, rate) -%}
    case
        when {{ currency }} = 'CNY' then {{ amount }}
        else cast(round({{ exact_product(amount, rate) }}, 2) as decimal(18, 2))
    end
{%- endmacro %}


{#- Days on which something was open, from `first` to `last` (both counted); the day of closing is not. -#}
{% macro open_days(opened_on, closed_on, first, last) -%}
    greatest(0, {{ days_between(
        'least(' ~ last ~ ', coalesce(' ~ add_days(closed_on, -1) ~ ', ' ~ last ~ '))',
        'greatest(' ~ first ~ ', ' ~ opened_on ~ ')') }} + 1)
{%- endmacro %}
