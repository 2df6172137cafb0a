"""The addresses of the rules: lines of the matrix (``matrix.py``); and all lines that stand in files by topic."""

from __future__ import annotations

from tests.acceptance.matrix_identity import IDENTITY
from tests.acceptance.matrix_row import RULE_MAKERS, RULERS, Row

SENT = {"version_id": "sent_version_id"}

RULES: tuple[Row, ...] = (
    Row("rules", RULERS),
    Row("rules-book", RULERS, RULE_MAKERS, given={"book": "tier"}, whole=True),
    Row("rules-version", RULERS, RULE_MAKERS, whole=True),
    Row("rules-file", RULERS),
    Row("rules-test", None, RULERS, changes=False),
    Row("rules-simulate", None, RULE_MAKERS, whole=True),
    Row("rules-submit", None, RULE_MAKERS, whole=True),
    Row("rules-decide", None, RULE_MAKERS, takes=SENT, whole=True),
    Row("rules-withdraw", None, RULE_MAKERS, whole=True),
)

BY_TOPIC: tuple[Row, ...] = (*IDENTITY, *RULES)
