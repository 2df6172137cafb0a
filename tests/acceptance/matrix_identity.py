"""The addresses of one customer, one number: lines of the matrix (``matrix.py``)."""

from __future__ import annotations

from guanxi.crm.kernel.verbs import Verb
from tests.acceptance.matrix_row import MEASURERS, SEERS, STEWARDS, WORKERS, Row

EDIT = Verb.EDIT

IDENTITY: tuple[Row, ...] = (
    Row("customer-records", SEERS, STEWARDS, part=True, post_verb=EDIT),
    Row("identity", STEWARDS, STEWARDS, part=True, changes=False),  # none is chosen
    Row("identity-pair", STEWARDS, STEWARDS, post_verb=EDIT),
    Row("identity-verdicts", STEWARDS),
    Row("identity-verdict-take-back", STEWARDS, STEWARDS, post_verb=EDIT),
    Row("identity-merge", STEWARDS, STEWARDS, post_verb=EDIT),
    Row("identity-files", STEWARDS, STEWARDS),
    Row("identity-file", STEWARDS),
    Row("identity-file-take", None, STEWARDS),
    Row("identity-file-take-back", None, STEWARDS, takes={"merge_file_id": "applied_merge_file_id"}),
    Row("identity-file-errors", STEWARDS),
    Row("identity-asked", WORKERS),
    Row("identity-answer", None, WORKERS, takes={"decision_id": "asked_decision_id"}),
    Row("identity-thresholds", STEWARDS, STEWARDS),
    Row("data-quality", MEASURERS),
    Row("data-quality-mend", MEASURERS),
)
