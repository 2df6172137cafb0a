"""What the night's job writes as a code, in the words of the screen's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STEPS: dict[str, str | Promise] = {
    "land": _("Read and check the files"),
    "prepare": _("Prepare the night"),
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
RECONCILIATIONS: dict[str, str | Promise] = {}
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
