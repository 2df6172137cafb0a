"""In which formats the demo bank writes its files: every one that can be read, each for some table."""

from __future__ import annotations

from guanxi.warehouse.landing.contract import Format
from guanxi.warehouse.landing.tables import TABLES

ISO = "%Y-%m-%d"
CORE = Format()
MIXED: dict[str, Format] = {
    "institution": CORE,
    "staff": Format(encoding="gb18030", delimiter="|", header=True, date_format="%Y/%m/%d"),
    "party": CORE,
    "party_identifier": Format(encoding="utf-8", delimiter="|", date_format=ISO),
    "contact_point": Format(encoding="gb18030", delimiter="|"),
    "party_relation": Format(encoding="utf-8", delimiter="|+|", date_format="%d.%m.%Y"),
    "product": Format(encoding="utf-8-sig", delimiter=",", quote='"', header=True, date_format=ISO),
    "rate": Format(encoding="utf-8", delimiter="\t", header=True, date_format="%d/%m/%Y"),
    "ftp_curve": Format(encoding="utf-8", delimiter=",", decimal="implied"),
    "exchange_rate": Format(encoding="gb18030", layout="fixed"),
    "agreement": CORE,
    "agreement_party": Format(encoding="utf-8", delimiter="\t"),
    "balance": Format(encoding="utf-8", delimiter="|"),
    "event": Format(encoding="gb18030", delimiter="|+|", compression="gzip"),
}


def formats(*, plain: bool) -> dict[str, Format]:
    """The format of each table; ``plain`` ones are all UTF-8 with ``|``, nothing compressed."""
    return dict.fromkeys(TABLES, Format(encoding="utf-8", delimiter="|")) if plain else dict(MIXED)
