"""How rooms tell people something without knowing how people are told: a hook that a room above takes.

A room calls :func:`notify`; whoever delivers registers once, when applications are ready. Until somebody has, nothing
is delivered and nothing fails: what there is to say stands on the person's own pages anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing to tell some people. ``kind`` is its code, such as ``invited``; ``facts`` are counts, codes and dates
    for its sentence: no names, no amounts.

    ``party_id`` is the customer that it is about, ``about`` the record as (kind, number): nobody is told about what
    they may not see. ``by`` did it. The same ``key`` of a kind is told to a person once.
    """

    to: tuple[str, ...]
    kind: str
    about: tuple[str, str]
    party_id: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""
    key: str = ""


Deliver = Callable[[Told], None]
_DELIVERERS: dict[str, Deliver] = {}


def register(name: str, deliver: Deliver) -> None:
    """Makes known who delivers; called when an application is ready."""
    _DELIVERERS[name] = deliver


def notify(told: Told) -> None:
    """Hands over what there is to tell. Belongs to the caller's transaction."""
    for deliver in _DELIVERERS.values():
        deliver(told)
