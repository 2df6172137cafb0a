"""The log in people's words: what each entry was about, and what its details say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.audit.models import Action
from guanxi.crm.web.audit.kinds import kind_label
from guanxi.crm.web.listing.registry import list_title

# The steps of a hand-over as its services record them.
STEPS: dict[str, str | Promise] = {
    "put to signature": gettext_lazy("put to signature"),
    "signed": gettext_lazy("signature given"),
    "signed by all": gettext_lazy("signed by all sides"),
    "refused": gettext_lazy("signature refused"),
    "withdrawn": gettext_lazy("taken back"),
    "undone": gettext_lazy("undoing asked for"),
    "carried out": gettext_lazy("carried out"),
    "undone and carried out": gettext_lazy("undone"),
    "went back": gettext_lazy("gone back as agreed"),
    "claimed": gettext_lazy("claimed from the pool"),
    "given back": gettext_lazy("given back to the pool"),
    "fell into the pool": gettext_lazy("fallen into the pool"),
    "rules of the pool": gettext_lazy("rules changed"),
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


def summary(kind: str, object_id: str, detail: Mapping[str, Any]) -> str:
    """What an entry was about with the most telling of its details, in one line."""
    parts = [kind_label(kind)] if kind else []
    if object_id:
        object_id = list_title(object_id) if kind == "export-ask" else object_id
        parts.append(object_id if len(object_id) <= 24 else f"{object_id[:23]}…")
    if kind in ("handover", "pool") and (step := detail.get("step")):
        parts.append(str(STEPS.get(step, step)))
    for name, words_of in (("customers", _("%(count)s customers")), ("left_out", _("%(count)s left out"))):
        if kind == "handover" and isinstance(detail.get(name), int) and (detail[name] or name == "customers"):
            parts.append(words_of % {"count": detail[name]})
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
