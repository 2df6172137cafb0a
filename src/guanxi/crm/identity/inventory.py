"""What this room holds about a person, for the register of ``kernel``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.identity.models import Alias, Decision, FieldKept, FieldSource, Mend, Merge, Record
from guanxi.crm.kernel.personal import Held, register


def register_all() -> None:
    """Registers records (copies of what the parties say, by source), verdicts, merges and old numbers."""
    register(
        Held(
            model=Record,
            lookups=("party_id",),
            kind="identity",
            title=_("Your details as each of the bank's systems has them"),
            left_out=("manager_id",),
        ),
        Held(
            model=FieldSource,
            lookups=("party_id",),
            kind="operation",
            title=_("Where each of your details comes from"),
        ),
        Held(
            model=FieldKept,
            lookups=("party_id",),
            kind="operation",
            title=_("Details of yours that were chosen by hand"),
        ),
        Held(
            model=Mend,
            lookups=("party_id",),
            kind="operation",
            title=_("Details of yours that should be mended"),
            left_out=("impact",),
        ),
        Held(
            model=Decision,
            lookups=("party_id", "other_id"),
            kind="operation",
            title=_("Whether records are yours"),
            left_out=("file",),
        ),
        Held(
            model=Merge,
            lookups=("party_id",),
            kind="operation",
            title=_("Records that were found to be yours"),
            left_out=("decision", "file", "counts"),
        ),
        Held(
            model=Alias,
            lookups=("party_id",),
            kind="operation",
            title=_("Numbers that you had before"),
        ),
    )
