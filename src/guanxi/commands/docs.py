"""``guanxi docs``."""

from __future__ import annotations

from guanxi.commands.night import options
from guanxi.crm.config import settings


def run() -> None:
    """Makes the warehouse's documentation site below ``var/docs/warehouse``."""
    from guanxi.warehouse.engine import generate_docs

    out = settings.VAR / "docs" / "warehouse"
    generate_docs(layout=options().layout, out=out)
    print(f"lineage and documentation: {out / 'index.html'} (the data-quality page links to it)")
