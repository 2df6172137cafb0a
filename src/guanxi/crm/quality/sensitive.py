"""Which fields of rows kept aside are secrets: the line of the bank's file as it was delivered.

A line is no single value. Its fields are shown one by one, each masked by what the contract's column holds
(:data:`COLUMNS`); the declaration hides the line as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps

from guanxi.crm.kernel.masks import Secret
from guanxi.crm.kernel.sensitive import Sensitive, register
from guanxi.crm.quality.models import MendingImport, QuarantinedRow

COLUMNS: Mapping[tuple[str, str], Secret] = {
    ("party", "annual_income"): Secret.INCOME,
    ("party_identifier", "identifier_number"): Secret.WHOLE,
    ("contact_point", "contact_value"): Secret.WHOLE,
    ("agreement", "account_number"): Secret.ACCOUNT,
    ("event", "counterparty_account"): Secret.ACCOUNT,
    ("event", "memo"): Secret.WORDS,
}


def declare() -> None:
    """Declares them; called when the application is ready."""
    register(
        Sensitive(model=QuarantinedRow, field="raw", kind=Secret.WHOLE, person=""),
        Sensitive(model=QuarantinedRow, field="mended", kind=Secret.WHOLE, person=""),
        Sensitive(model=apps.get_model("quality", "QuarantinedRowEvent"), field="mended", kind=Secret.WHOLE, person=""),
        Sensitive(model=MendingImport, field="rows", kind=Secret.WHOLE, person=""),
    )
