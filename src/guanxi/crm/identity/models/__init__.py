"""The models of this room: what the night publishes (``published``), what the staff decide (``deciding``), the journal
of merges (``journal``), merges by file (``files``).
"""

from guanxi.crm.identity.models.deciding import Decision, FieldKept, Threshold
from guanxi.crm.identity.models.files import MergeFile, MergeLine
from guanxi.crm.identity.models.journal import Alias, Merge, MergeStep
from guanxi.crm.identity.models.published import (
    FieldSource,
    Mend,
    Pair,
    QualityMeasure,
    Record,
    ThresholdCount,
    ThresholdSample,
)

__all__ = [
    "Alias",
    "Decision",
    "FieldKept",
    "FieldSource",
    "Mend",
    "Merge",
    "MergeFile",
    "MergeLine",
    "MergeStep",
    "Pair",
    "QualityMeasure",
    "Record",
    "Threshold",
    "ThresholdCount",
    "ThresholdSample",
]
