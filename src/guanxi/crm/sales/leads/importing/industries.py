"""Industries as people write them into files: by their names."""

from __future__ import annotations

from functools import cache

from guanxi.crm.party.industry import sections
from guanxi.crm.sales.leads.folding import fold


@cache
def _names() -> dict[str, str]:
    found = (one for section in sections() for one in section.divisions)
    return {fold(name): one.key for one in found for name in (one.name_zh, one.name_zh.removesuffix("业"), one.name_en)}


def code_of(name: str) -> str:
    """The section's letter and division of an industry by its name in Chinese or English; empty for none."""
    return _names().get(fold(name), "")
