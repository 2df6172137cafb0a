"""Who does what is being done now: set once a request (or job, or command), read by whatever leaves a trace."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Trace:
    """One request: who asks, in which roles, from where; ``token`` is the number of the API token it came with.

    ``recorded`` counts its entries in the log.
    """

    actor: str = ""
    roles: str = ""
    request_id: str = ""
    address: str = ""
    recorded: int = 0
    token: str = ""


_current: ContextVar[Trace | None] = ContextVar("guanxi_trace", default=None)


def new_request_id() -> str:
    """A number to quote, unlike any other."""
    return secrets.token_hex(8)


def current() -> Trace:
    """The trace of what is being done now; outside of every request one of nobody."""
    trace = _current.get()
    if trace is None:
        trace = Trace()
        _current.set(trace)
    return trace


def act_as(actor: str, roles: Iterable[str] = ()) -> None:
    """From now on, in this request, it is ``actor`` in these roles who does things."""
    trace = current()
    trace.actor, trace.roles = actor, ",".join(sorted(roles))


@contextmanager
def traced(*, actor: str = "", roles: Iterable[str] = (), request_id: str = "", address: str = "") -> Iterator[Trace]:
    """What is done inside has a trace of its own; a request number is made where none is given."""
    trace = Trace(actor, ",".join(sorted(roles)), request_id or new_request_id(), address)
    token = _current.set(trace)
    try:
        yield trace
    finally:
        _current.reset(token)
