"""Faults of rules in people's words, and the names that the shipped tables have in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.warehouse.rules import Finding

FAULTS: dict[str, str | Promise] = {
    "not_json": _("The file is not a GoRules decision (JDM): %(detail)s."),
    "node_kind": _("Steps of the kind %(detail)s cannot be evaluated for all customers at night."),
    "hit_policy": _("A table answers with its first row that fits; %(detail)s is not supported."),
    "setting": _("The setting %(detail)s of a step is not supported."),
    "too_large": _("The file is too large to be checked: 300 kB, 50 steps and 300 rows a table at most."),
    "no_input": _("There must be one step in which the inputs come in, and one in which the outputs leave."),
    "edge": _("A connection leads to a step that does not exist."),
    "loop": _("The steps wait for each other in a circle: %(detail)s."),
    "unconnected": _("The step leads to no output, or has no input."),
    "no_rows": _("The table has no rows."),
    "no_id": _("The row has no id of its own (_id)."),
    "row_id": _("The row's id %(detail)s may have letters, digits, _ and - alone, 40 at most."),
    "same_id": _("The row's id %(detail)s stands twice."),
    "field": _("The name of a value has letters, digits and _ alone."),
    "ends_early": _("The cell cannot be read: it ends too early."),
    "unexpected": _("The cell cannot be read: %(detail)s is not expected here."),
    "missing": _("The cell cannot be read: %(detail)s is missing."),
    "not_understood": _("The cell cannot be read: %(detail)s is not understood."),
    "condition": _("A condition begins with a comparison, a range or a value."),
    "too_long": _("The cell is too long or too deeply nested: reckon in steps of their own."),
    "mixed": _("The cell holds the value against several things at once: give each a row of its own."),
    "zen": _("The engine cannot read the cell: %(detail)s."),
    "unknown_name": _("There is no value called %(detail)s here."),
    "taken": _("There is a value called %(detail)s already: an output needs a name of its own."),
    "need_number": _("A number is needed here."),
    "need_text": _("A text in quotation marks is needed here."),
    "need_flag": _("true or false is needed here."),
    "need_value": _("A value is needed here: empty cannot be an answer."),
    "never_empty": _("%(detail)s is never empty."),
    "null_arithmetic": _("%(detail)s may be empty, so it cannot be reckoned with: ask for it in a column of its own."),
    "not_linear": _("Two values are multiplied by each other; only a number times a value can be evaluated exactly."),
    "product_again": _("A product is multiplied once more, which has too many digits: write one product."),
    "division": _("Division is not exact: write it as a multiplication, such as >= 1.3 * x."),
    "null_first": _("Where null is allowed among others it stands first; != and not in stand alone."),
    "digits": _("The number %(detail)s has more than twelve digits before or six after the point."),
    "empty_range": _("The range %(detail)s holds nothing."),
    "empty_output": _("The row has no answer in this column."),
    "output_value": _("%(detail)s is not one of the values that may be answered here."),
    "output_pair": _(
        "%(detail)s do not go together, or cannot be told to: answer both with plain values in one table."
    ),
    "output_missing": _("No step gives the output %(detail)s."),
    "output_kind": _("The output %(detail)s is of another kind than it must be."),
    "gap": _("Gap: no row answers where %(detail)s."),
    "overlap": _("Overlap: this row and row %(other)s both fit where %(detail)s, and answer differently."),
    "unreachable": _("The row never answers: the rows above take all that it fits."),
    "too_many": _("The table has too many combinations to be checked: split it."),
}

# Names in the shipped files, by what they say there; others stand as their authors wrote them.
SHIPPED: dict[str, str | Promise] = {
    "Restriction": _("Restriction"),
    "Restricted by the bank": _("Restricted by the bank"),
    "Money-laundering risk": _("Money-laundering risk"),
    "Worst loan grade": _("Worst loan grade"),
    "Days overdue": _("Days overdue"),
    "Barred": _("Barred"),
    "High money-laundering risk": _("High money-laundering risk"),
    "A loan is substandard or worse": _("A loan is substandard or worse"),
    "More than 90 days overdue": _("More than 90 days overdue"),
    "Everybody else": _("Everybody else"),
    "Contribution band": _("Contribution band"),
    "Contribution of twelve months": _("Contribution of twelve months"),
    "Band": _("Band"),
    "VIP": _("VIP"),
    "Affluent": _("Affluent"),
    "Core": _("Core"),
    "Below": _("Below"),
    "Assets band": _("Assets band"),
    "Average assets of the year": _("Average assets of the year"),
    "Growth": _("Growth"),
    "Average assets of the month": _("Average assets of the month"),
    "Against last month": _("Against last month"),
    "Growing": _("Growing"),
    "Grows by a third": _("Grows by a third"),
    "Higher band": _("Higher band"),
    "Tier": _("Tier"),
    "Subdivision": _("Subdivision"),
    "Reason": _("Reason"),
    "Restricted": _("Restricted"),
    "Potential": _("Potential"),
    "Standard": _("Standard"),
    "Large flow": _("Large flow"),
    "Direction": _("Direction"),
    "Moved in a night": _("Moved in a night"),
    "Against the usual change": _("Against the usual change"),
    "Large": _("Large"),
    "Money came in": _("Money came in"),
    "Money went out": _("Money went out"),
    "Everything else": _("Everything else"),
    "What is told of": _("What is told of"),
    "Kind of customer": _("Kind of customer"),
    "Money at stake": _("Money at stake"),
    "Share of the amount before": _("Share of the amount before"),
    "Agreements, days or years": _("Agreements, days or years"),
    "Days ahead": _("Days ahead"),
    "Told of": _("Told of"),
    "What matures within 60 days": _("What matures within 60 days"),
    "A large flow, for five days": _("A large flow, for five days"),
    "Assets fell by a fifth": _("Assets fell by a fifth"),
    "Overdue": _("Overdue"),
    "Birthday within two weeks": _("Birthday within two weeks"),
    "A round number of years with the bank": _("A round number of years with the bank"),
    "A round number of years since it was founded": _("A round number of years since it was founded"),
}


def fault_words(found: Finding) -> str:
    """What is wrong, without the place."""
    return str(FAULTS[found.kind]) % found.said if found.said else str(FAULTS[found.kind])


def named(name: str) -> str:
    """A name of a table, column or row in the reader's language, where it is one that shipped."""
    return str(SHIPPED.get(name, name))
