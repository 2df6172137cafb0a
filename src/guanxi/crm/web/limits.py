"""How often one person, and one address, may do what is worth guessing or taking: counted where all processes see it.

A window begins with the first attempt and ends after its time; within it the limit holds. Counts live in an unlogged
table of PostgreSQL: shared by every process of every machine, gone after a crash, costing one statement and no flush.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from guanxi.crm.web import errors
from guanxi.crm.web.models import Attempts
from guanxi.crm.web.tracing import client_address

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``times`` in ``seconds`` for each person signed in, or token, and, ``by_address``, for each address.

    ``field`` is a field of the form by which it is counted besides: the number that somebody signs in with.
    """

    times: int
    seconds: int
    by_address: int = 0
    field: str = ""
    methods: frozenset[str] = frozenset({"POST"})


ANY = frozenset({"GET", "POST"})
ALL = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
# By the name of the address, or of all addresses of a namespace.
# Many people of a branch share one address behind a proxy: its limits are wider.
LIMITS: dict[str, Limit] = {
    "sign-in": Limit(10, 5 * MINUTE, by_address=60, field="username"),
    "sign-in-second": Limit(20, 5 * MINUTE, by_address=120),
    "sign-in-passkey": Limit(20, 5 * MINUTE, by_address=120),
    "confirm": Limit(10, 5 * MINUTE),
    "password": Limit(10, HOUR),
    "search": Limit(240, MINUTE, by_address=2_400, methods=ANY),
    "calendar-ics": Limit(120, HOUR, by_address=1_200, methods=ANY),
    # Anybody's, before the sign-in; a branch's guests may share its address.
    "apply": Limit(20, HOUR, by_address=20),
    "lead-imports": Limit(60, HOUR),
    "export-ask": Limit(30, HOUR),
    "export-file": Limit(60, HOUR, methods=ANY),
    "quarantine-import": Limit(30, HOUR),
    # Programs, each token by itself; a search costs more than the rest.
    "api-v1:search": Limit(240, MINUTE, methods=ALL),
    "api-v1": Limit(1_200, MINUTE, methods=ALL),
}


_COUNT = """
INSERT INTO web_attempts AS a (digest, ends_at, count)
SELECT digest, clock_timestamp() + make_interval(secs => %s), 1 FROM unnest(%s::bytea[]) AS digest ORDER BY digest
ON CONFLICT (digest) DO UPDATE SET
    count = CASE WHEN a.ends_at <= clock_timestamp() THEN 1 ELSE a.count + 1 END,
    ends_at = CASE WHEN a.ends_at <= clock_timestamp() THEN excluded.ends_at ELSE a.ends_at END
RETURNING digest, count, ceil(extract(epoch FROM ends_at - clock_timestamp()))::int
"""


class LimitsMiddleware:
    """Answers 429 with how long to wait, before the view is called."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Any, _args: list[Any], _kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """None lets the view answer."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name not in LIMITS:
            name = name.partition(":")[0]
        limit = LIMITS.get(name)
        if limit is None or not settings.RATE_LIMITS or request.method not in limit.methods:
            return None
        wait = attempt(list(_keys(request, limit, name)), limit.seconds)
        return errors.too_many(request, wait) if wait else None


def _keys(request: HttpRequest, limit: Limit, name: str) -> Iterable[tuple[str, int]]:
    """Everything by which this request is counted, with how often each may be."""
    token = getattr(request, "token", None)
    if token is not None:
        yield f"{name} token {token.pk}", limit.times
    elif request.user.is_authenticated:
        yield f"{name} person {request.user.pk}", limit.times
    if limit.field and request.method == "POST":
        yield f"{name} {limit.field} {request.POST.get(limit.field, '')[:64].strip().lower()}", limit.times
    if limit.by_address:
        yield f"{name} address {client_address(request)}", limit.by_address


def attempt(keys: Sequence[tuple[str, int]], seconds: int) -> int:
    """Counts an attempt under each key, with how often that may be; returns 0 where all are within their limit, else
    how many seconds are left. One statement, whatever the number of keys.
    """
    allowed = {hashlib.sha256(key.encode()).digest(): times for key, times in keys}
    if not allowed:
        return 0
    with connection.cursor() as cursor:
        # In one order, so that two requests that share a key cannot wait for each other.
        cursor.execute(_COUNT, [seconds, sorted(allowed)])
        rows = [(bytes(digest), count, left) for digest, count, left in cursor.fetchall()]
    if any(count == 1 for _digest, count, _left in rows) and secrets.randbelow(500) == 0:
        forget_old()
    return max((max(1, left) for digest, count, left in rows if count > allowed[digest]), default=0)


_SPEND = """
INSERT INTO web_attempts AS a (digest, ends_at, count)
SELECT %(digest)s, clock_timestamp() + make_interval(secs => %(seconds)s), %(many)s WHERE %(many)s <= %(most)s
ON CONFLICT (digest) DO UPDATE SET
    count = CASE WHEN a.ends_at <= clock_timestamp() THEN %(many)s ELSE a.count + %(many)s END,
    ends_at = CASE WHEN a.ends_at <= clock_timestamp() THEN excluded.ends_at ELSE a.ends_at END
WHERE CASE WHEN a.ends_at <= clock_timestamp() THEN %(many)s ELSE a.count + %(many)s END <= %(most)s
RETURNING count
"""


def spend(key: str, many: int, *, most: int, seconds: int) -> bool:
    """Takes ``many`` from what may be had in a window; takes nothing and returns False where that would be too many."""
    digest = hashlib.sha256(key.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, {"digest": digest, "many": many, "most": most, "seconds": seconds})
        return cursor.fetchone() is not None


def spent(key: str) -> int:
    """How many were taken in the window that runs; 0 where none does. One query by key."""
    digest = hashlib.sha256(key.encode()).digest()
    row = Attempts.objects.filter(digest=digest, ends_at__gt=timezone.now()).values_list("count").first()
    return row[0] if row else 0


def forget_old() -> int:
    """Deletes counts whose window ended a while ago; returns how many."""
    return Attempts.objects.filter(ends_at__lt=timezone.now() - datetime.timedelta(hours=1)).delete()[0]
