{#-
  A dataset is a model whose rows leave the engine: one Parquet file, in the order of its key (`meta.key`), so that
  the same rows are always the same bytes, before encryption. DuckDB writes the file at once and reads it back as a view; Spark keeps a
  table, which the engine writes out afterwards.

  The night says how the file is encrypted and how it is opened: by the name of a key, never the key.

  Rows that are read in the key's order are sorted all the same: DuckDB may write its row groups in another order.
-#}
{% materialization dataset, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set file = env_var('GUANXI_DATASETS') ~ '/' ~ this.schema ~ '/' ~ this.identifier ~ env_var('GUANXI_DATASET_ENDING') -%}

    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        copy (
            select * from (
{{ compiled_code }}
            )
            order by {{ config.get('meta')['key'] | join(', ') }}
        ) to '{{ file }}' (format parquet, parquet_version v2, compression zstd, compression_level 1{{ env_var('GUANXI_DATASET_WRITING') }})
    {%- endcall %}
    {% call statement('view') -%}
        create or replace view {{ target_relation }} as select * from read_parquet('{{ file }}'{{ env_var('GUANXI_DATASET_READING') }})
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{% materialization dataset, adapter='spark' %}
    {%- set target_relation = this.incorporate(type='table') -%}

    {{ run_hooks(pre_hooks) }}
    {% call statement('drop') -%}
        drop table if exists {{ target_relation }}
    {%- endcall %}
    {% call statement('main') -%}
        create table {{ target_relation }} using parquet as
{{ compiled_code }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
