copy (
            select * from (
select
    party_id,
    tier,
    sub_tier,
    tier_since,
    deposit,
    loan,
    wealth
from "memory"."marts"."customer_figure"
            ) order by party_id
        ) to 'small/work/build/datasets/core/customer_tier.parquet' (format parquet, parquet_version v2, compression zstd)