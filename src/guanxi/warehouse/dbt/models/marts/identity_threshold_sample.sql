select
    sample.kind,
    cast(sample.low as decimal(9, 8)) as low,
    cast(sample.place as smallint) as place,
    sample.left_record,
    sample.right_record,
    cast(sample.probability as decimal(9, 8)) as probability,
    coalesce(sample.weights, '[]') as weights
from {{ source('identity', 'identity_sample') }} as sample
inner join {{ ref('identity_record') }} as one on one.record_id = sample.left_record
inner join {{ ref('identity_record') }} as other on other.record_id = sample.right_record
