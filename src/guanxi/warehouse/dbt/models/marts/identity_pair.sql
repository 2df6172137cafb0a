select
    pair.left_record,
    pair.right_record,
    one.kind,
    cast(pair.probability as decimal(9, 8)) as probability,
    pair.zone,
    coalesce(pair.reason, '') as reason,
    coalesce(pair.weights, '[]') as weights,
    coalesce(pair.model_version, '') as model_version,
    cast(coalesce(left_figure.assets + left_figure.loan, 0)
        + case
            when one.party_id = other.party_id then 0
            else coalesce(right_figure.assets + right_figure.loan, 0)
        end as decimal(18, 2)) as impact,
    pair.first_seen,
    one.institution_id,
    one.manager_id
from {{ source('identity', 'identity_pair') }} as pair
inner join {{ ref('identity_record') }} as one on one.record_id = pair.left_record
inner join {{ ref('identity_record') }} as other on other.record_id = pair.right_record
left join {{ ref('customer_figure') }} as left_figure on left_figure.party_id = one.party_id
left join {{ ref('customer_figure') }} as right_figure on right_figure.party_id = other.party_id
