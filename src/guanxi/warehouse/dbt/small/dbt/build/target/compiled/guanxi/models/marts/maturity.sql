select
    night.business_date,
    line.agreement_id,
    line.party_id,
    party.institution_id,
    party.manager_id,
    line.agreement_kind as kind,
    line.maturity_date,
    line.balance
from "memory"."core"."agreement_ledger" as line
cross join "memory"."control"."night" as night
cross join "memory"."finance"."setting" as setting
inner join "memory"."core"."core_party" as party on party.party_id = line.party_id
where line.seen_on = night.business_date
    and line.status in ('active', 'dormant', 'frozen')
    and line.maturity_date >= night.business_date
    and line.maturity_date <= cast((night.business_date) + (setting.maturity_days) as date)