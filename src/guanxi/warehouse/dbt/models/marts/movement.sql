select
    figure.business_date as night,
    figure.party_id,
    cast(figure.assets - figure.assets_previous as decimal(18, 2)) as assets_change,
    cast(figure.loan - figure.loan_previous as decimal(18, 2)) as loan_change,
    cast(greatest(abs(figure.assets - figure.assets_previous), abs(figure.loan - figure.loan_previous))
        as decimal(18, 2)) as moved
from {{ ref('customer_figure') }} as figure
cross join {{ ref('setting') }} as setting
where greatest(abs(figure.assets - figure.assets_previous), abs(figure.loan - figure.loan_previous))
    >= setting.movement_min
