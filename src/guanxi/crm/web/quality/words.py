"""What the night's job writes as a code, in the words of the screen's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STEPS: dict[str, str | Promise] = {
    "land": _("Read and check the files"),
    "prepare": _("Prepare the night"),
    "identify": _("Find out who is one customer"),
    "build": _("Compute figures"),
    "test": _("Test the figures"),
    "publish": _("Publish"),
}
RULES: dict[str, str | Promise] = {
    "encoding": _("not in the file's encoding"),
    "columns": _("wrong number of columns"),
    "required": _("empty although required"),
    "type": _("not of the column's type"),
    "length": _("too long"),
    "value": _("not one of the allowed values"),
    "range": _("outside the range"),
    "key": _("key stood there before"),
    "reference": _("refers to nothing known"),
    "date": _("date not allowed"),
}
RECONCILIATIONS: dict[str, str | Promise] = {
    "contribution_month": _("Contribution of the month: customers and agreements"),
    "contribution_twelve_months": _("Contribution of twelve months: customers and agreements"),
    "assets": _("Assets: customers and the ledger"),
    "loans": _("Loans: customers and the ledger"),
    "balances_delivered": _("Balances: the file and the ledger"),
    "events_written": _("Events: delivered and kept (rows)"),
    "agreements_valued": _("Agreements: delivered and valued (rows)"),
    "closed_months": _("Contribution of closed months: customers and agreements"),
}
# Why a night stopped, and what to do: landing's own sentences are English and say the particulars.
PROBLEMS: dict[str, tuple[str | Promise, str | Promise]] = {
    "missing_folder": (_("The day's folder is missing"), _("Put the day's folder into the inbox, then resume.")),
    "missing_file": (_("A file is missing"), _("Have it sent with its control file, then resume.")),
    "missing_control": (_("A control file is missing"), _("Have the control file sent, then resume.")),
    "bad_control": (_("A control file cannot be read"), _("Have the control file corrected and sent again.")),
    "bad_format": (_("The file's format is not stated rightly"), _("Correct feed.toml or the control file.")),
    "wrong_date": (_("The date is not that of the night"), _("Have the day's own files put into its folder.")),
    "repeated_day": (_("The day was delivered twice"), _("Have the day's own files sent, or remove this folder.")),
    "gap": (
        _("Days are missing in between"),
        _("Put the missing folders into the inbox; name days on which the bank was closed in feed.toml."),
    ),
    "opening": (
        _("Opening and usual files are mixed up"),
        _("An opening night needs every table in full; every other night the usual files."),
    ),
    "wrong_encoding": (
        _("The file is in another encoding"),
        _("State the right encoding in feed.toml, or have the file sent in the agreed one."),
    ),
    "damaged": (_("The file is damaged"), _("Have the file sent again, then resume.")),
    "truncated": (_("The file is cut short"), _("Have the file sent again, whole, then resume.")),
    "rows": (_("The row count differs from the control file"), _("Have the file sent again, then resume.")),
    "amount_total": (_("The amount total differs from the control file"), _("Have the file sent again, then resume.")),
    "checksum": (_("The checksum differs from the control file"), _("Have the file sent again, then resume.")),
    "mostly_bad": (
        _("Most rows break the contract"),
        _("Compare the file's columns, encoding and delimiter with the file interface; have it sent again."),
    ),
    "again": (
        _("The day cannot be run again"),
        _("Put the folders of all days concerned back into the inbox, or choose a later day."),
    ),
    "build": (
        _("The figures could not be computed or failed a test"),
        _("Look at the data test that is named, have the bank's files mended, then resume."),
    ),
    "killed": (_("The run was cut off before it ended"), _("Nothing was lost: start the night's job again.")),
    "program": (_("The program broke off"), _("Resume; where it stops again, report the message.")),
}
TEST_STATUSES: dict[str, str | Promise] = {
    "pass": _("passed"),
    "warn": _("warning"),
    "fail": _("failed"),
    "error": _("could not run"),
    "skipped": _("skipped"),
    "": _("did not run"),
}
SEVERITIES: dict[str, str | Promise] = {"error": _("stops the night"), "stop": _("stops the night"), "warn": _("warns")}


def word(words: dict[str, str | Promise], code: str) -> str:
    """The word for a code; the code itself, readable, where there is none."""
    found = words.get(code)
    return str(found) if found is not None else code.replace("_", " ")
