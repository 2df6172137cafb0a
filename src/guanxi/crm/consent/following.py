"""How consents, stops of use and requests follow when two customers turn out to be one: a withdrawal of either wins."""

from __future__ import annotations

from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.merging import Follows, How, register, twin

SQL = Path(__file__).with_name("following.sql")


def register_following() -> None:
    """Registers the tables of this room that name a customer."""
    register(
        Follows(
            table="consent_consentevent",
            how=How.STAYS,
            why="what was said stays with the number it was said under: nothing in this log is ever changed",
        ),
        Follows(
            table="consent_consentstate",
            key=("party_id", "purpose", "channel"),
            how=How.OWN,
            function="identity_consents",
        ),
        Follows(table="consent_limit", clash=twin("consent_limit", "kind", when="{0}.lifted_at IS NULL")),
        Follows(
            table="consent_rightscase",
            made="received_at",
            label="r.number",
            title=_("Requests of persons"),
        ),
    )


def define(using: BaseDatabaseWrapper) -> None:
    """Makes the functions by which consents follow; does nothing while tables are missing."""
    with using.cursor() as cursor:
        cursor.execute(
            "SELECT to_regclass('consent_consentstate') IS NOT NULL AND EXISTS (SELECT 1 FROM "
            "information_schema.columns WHERE table_name = 'identity_mergestep' AND column_name = 'laid')"
        )
        if cursor.fetchone()[0]:
            cursor.execute(SQL.read_text(encoding="utf-8").replace("%", "%%"), [])
