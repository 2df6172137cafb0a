"""Why somebody should be called or seen today: one file a reason, all of them in the register of ``base``.

These rest on what the warehouse published (:class:`guanxi.crm.insight.models.Alert`). Rooms above add their own (tasks
and promises in ``contact``) by ``base.register`` when their application is ready.
"""

from guanxi.crm.insight.reasons import (
    anniversary,
    birthday,
    falling,
    founding,
    inflow,
    loan_due,
    maturity,
    outflow,
    overdue,
)

PUBLISHED = (
    overdue.REASON,
    outflow.REASON,
    inflow.REASON,
    maturity.REASON,
    loan_due.REASON,
    falling.REASON,
    birthday.REASON,
    anniversary.REASON,
    founding.REASON,
)
