copy (
            select * from (
select
    figure.party_id,
    figure.business_date as night,
    coalesce(before.tier, '') as tier_before,
    coalesce(before.sub_tier, '') as sub_tier_before,
    figure.tier,
    figure.sub_tier,
    figure.tier_reason as reason
from "memory"."marts"."customer_figure" as figure
cross join "memory"."control"."night" as night
left join "memory"."carried"."customer_tier" as before on before.party_id = figure.party_id
where not night.is_opening
    and (before.party_id is null or before.tier <> figure.tier or before.sub_tier <> figure.sub_tier)
            ) order by party_id, night
        ) to 'small/work/build/datasets/marts/tier_change.parquet' (format parquet, parquet_version v2, compression zstd)