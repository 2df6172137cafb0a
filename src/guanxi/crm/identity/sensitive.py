"""Which fields of this room are secrets: a record's fields are shown masked, each as the party's own field is."""

from __future__ import annotations

from guanxi.crm.identity.models import Decision, Record
from guanxi.crm.kernel.masks import Secret
from guanxi.crm.kernel.sensitive import Sensitive, register


def declare() -> None:
    """Declares them; called when the application is ready."""
    register(
        Sensitive(model=Record, field="content", kind=Secret.WHOLE),
        Sensitive(model=Decision, field="note", kind=Secret.WHOLE),
        Sensitive(model=Decision, field="answer", kind=Secret.WHOLE),
    )
