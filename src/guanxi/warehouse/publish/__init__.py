"""Brings core and marts into PostgreSQL: :func:`publish`, all or nothing.

Loaded when it is first used: the screens, which need ``publish.search`` alone, do not load DuckDB for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guanxi.warehouse.publish.publication import PublicationError, Published, Written, last_published, publish

__all__ = ["PublicationError", "Published", "Written", "last_published", "publish"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from guanxi.warehouse.publish import publication

        return getattr(publication, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
