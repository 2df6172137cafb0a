copy (
            select * from (
with history as (
    select
        party_id,
        balance_date,
        sum(deposit) over (partition by party_id order by balance_date) as deposit,
        sum(loan) over (partition by party_id order by balance_date) as loan,
        sum(wealth) over (partition by party_id order by balance_date) as wealth
    from "memory"."finance"."history_change"
    where deposit <> 0 or loan <> 0 or wealth <> 0
),

tonight as (
    select
        figure.party_id,
        figure.business_date as balance_date,
        figure.deposit,
        figure.loan,
        figure.wealth
    from "memory"."marts"."customer_figure" as figure
    left join "memory"."carried"."customer_tier" as before on before.party_id = figure.party_id
    left join "memory"."finance"."opening_total" as opening on opening.party_id = figure.party_id
    where figure.deposit <> coalesce(before.deposit, opening.deposit, 0)
        or figure.loan <> coalesce(before.loan, opening.loan, 0)
        or figure.wealth <> coalesce(before.wealth, opening.wealth, 0)
)

select
    line.party_id,
    line.balance_date,
    night.business_date as night,
    cast(line.deposit as decimal(18, 2)) as deposit,
    cast(line.loan as decimal(18, 2)) as loan,
    cast(line.wealth as decimal(18, 2)) as wealth
from (
    select party_id, balance_date, deposit, loan, wealth from history
    union all
    select party_id, balance_date, deposit, loan, wealth from tonight
) as line
cross join "memory"."control"."night" as night
inner join "memory"."core"."core_party" as party on party.party_id = line.party_id
            ) order by party_id, balance_date
        ) to 'small/work/build/datasets/marts/balance_change.parquet' (format parquet, parquet_version v2, compression zstd)