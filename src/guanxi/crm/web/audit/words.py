"""The log in people's words: what each entry was about, and what its details say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.audit.models import Action

# By the name of the address that was asked for, or the kind a service recorded; what is not here stands as it is.
KINDS: dict[str, str | Promise] = {
    "home": gettext_lazy("Home"),
    "customers": gettext_lazy("Customers"),
    "search": gettext_lazy("Search"),
    "customer": gettext_lazy("Customer: overview"),
    "customer-holdings": gettext_lazy("Customer: holdings"),
    "customer-value": gettext_lazy("Customer: value"),
    "customer-balances": gettext_lazy("Customer: balances over time"),
    "customer-contribution": gettext_lazy("Customer: contribution"),
    "customer-formula": gettext_lazy("Customer: a figure's formula"),
    "customer-events": gettext_lazy("Customer: events"),
    "customer-events-export": gettext_lazy("Customer: events as a file"),
    "customer-relations": gettext_lazy("Customer: relations"),
    "customer-network": gettext_lazy("Customer: relations as a graph"),
    "customer-group": gettext_lazy("Customer: group"),
    "customer-tiers": gettext_lazy("Customer: tier"),
    "customer-identity": gettext_lazy("Customer: identity and contacts"),
    "events": gettext_lazy("Events of a customer"),
    "products": gettext_lazy("Products"),
    "product": gettext_lazy("Product"),
    "product-holders": gettext_lazy("Holders of a product"),
    "quality": gettext_lazy("Data quality"),
    "quarantine": gettext_lazy("Rows kept aside"),
    "quarantined-row": gettext_lazy("A row kept aside"),
    "runs": gettext_lazy("Nightly runs"),
    "run": gettext_lazy("A nightly run"),
    "run-start": gettext_lazy("Start of the night's job"),
    "export": gettext_lazy("A file taken out"),
    "export-file": gettext_lazy("A file taken out"),
    "audit": gettext_lazy("Audit log"),
    "audit-entry": gettext_lazy("An entry of the audit log"),
    "audit-customer": gettext_lazy("Who looked at a customer"),
    "audit-person": gettext_lazy("What a person did"),
    "reveal": gettext_lazy("A value shown in full"),
    "unusual": gettext_lazy("Unusual use"),
    "unusual-person": gettext_lazy("Unusual use: a person"),
    "unusual-note": gettext_lazy("Unusual use: looked into"),
    "proof": gettext_lazy("Activity and proof"),
    "staff": gettext_lazy("Member of staff"),
    "history": gettext_lazy("History of a row"),
    "history-restore": gettext_lazy("History of a row"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """How an action is marked in the list; what deserves a second look has a colour."""

    icon: str
    css: str = ""


GRAVE, WEIGHTY = "gx-badge-bad", "gx-badge-warn"
LOOKS: dict[str, Look] = {
    Action.VIEW: Look(icon="eye"),
    Action.LIST: Look(icon="list"),
    Action.SEARCH: Look(icon="search"),
    Action.REVEAL: Look(icon="lock-open", css=WEIGHTY),
    Action.EXPORT: Look(icon="download", css=WEIGHTY),
    Action.CHANGE: Look(icon="pencil"),
    Action.REFUSED: Look(icon="ban", css=GRAVE),
    Action.SIGN_IN: Look(icon="login-2"),
    Action.SIGN_IN_REFUSED: Look(icon="lock-exclamation", css=GRAVE),
    Action.SIGN_OUT: Look(icon="logout"),
    Action.PERMISSION: Look(icon="key", css=WEIGHTY),
    Action.ADMINISTRATION: Look(icon="settings", css=WEIGHTY),
    Action.CONSENT: Look(icon="file-check"),
    Action.RIGHTS: Look(icon="gavel", css=WEIGHTY),
    Action.HAND_OVER: Look(icon="transfer", css=WEIGHTY),
    Action.COVER: Look(icon="umbrella"),
    Action.RESTORE: Look(icon="history", css=WEIGHTY),
}


def action_label(action: str) -> str:
    """What was done, in the reader's language."""
    return str(Action(action).label) if action in Action.values else action


def kind_label(kind: str) -> str:
    """What it was about, in the reader's language; what nobody named stands as it is."""
    if kind.startswith("admin:"):
        return f"{_('Administration')} · {kind.removeprefix('admin:')}"
    return str(KINDS.get(kind, kind))


def summary(kind: str, object_id: str, detail: Mapping[str, Any]) -> str:
    """What an entry was about with the most telling of its details, in one line."""
    parts = [kind_label(kind)] if kind else []
    if object_id:
        parts.append(object_id if len(object_id) <= 24 else f"{object_id[:23]}…")
    if words := detail.get("words"):
        parts.append(_("“%(words)s”") % {"words": words})
    if "found" in detail:
        more = "+" if detail.get("more") else ""
        parts.append(_("%(count)s found") % {"count": f"{detail['found']}{more}"})
    filters = detail.get("filters")
    if isinstance(filters, Mapping) and filters:
        parts.append(", ".join(f"{name}={'|'.join(map(str, values))}" for name, values in filters.items()))
    for name, words_of in (("rows", _("%(count)s rows shown")), ("written", _("%(count)s rows taken out"))):
        if isinstance(detail.get(name), int):
            parts.append(words_of % {"count": detail[name]})
    if reason := detail.get("reason"):
        parts.append(str(reason))
    if isinstance(detail.get("changed"), Mapping):
        parts.append(", ".join(detail["changed"]))
    return " · ".join(parts)
