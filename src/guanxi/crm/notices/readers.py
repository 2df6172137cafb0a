"""Whether somebody may see what a notification is about: asked when it is sent, and again whenever it is read.

Customers are known here. Any other record is its own room's affair: it registers a test for its kind, and a kind
without one is seen by nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils import timezone

from guanxi.crm.insight.queries import newest_publication
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.notices.models import Notice
from guanxi.crm.org.models import Staff
from guanxi.crm.org.queries import standing_of
from guanxi.crm.party.models import Party


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is told or reads, and how far they reach today, by verb."""

    staff: Staff
    scopes: Mapping[Verb, Scope]

    @property
    def scope(self) -> Scope:
        """What they see."""
        return self.scopes[Verb.SEE]


def reader_of(staff: Staff) -> Reader:
    """Somebody as a reader today; two queries."""
    published = newest_publication()
    standing = standing_of(staff, version=published.id if published else 0, today=timezone.localdate())
    return Reader(staff, standing.scopes)


# Which of some records, by number, a reader may see.
Test = Callable[[Reader, Collection[str]], Collection[str]]
_TESTS: dict[str, Test] = {}


def register(kind: str, test: Test) -> None:
    """Says who may see records of a kind; raises ``ValueError`` where that was said otherwise."""
    if _TESTS.setdefault(kind, test) is not test:
        raise ValueError(f"two tests for {kind}")


def seen_by(reader: Reader, notices: Iterable[Notice]) -> list[Notice]:
    """Those of some notices whose records the reader may see; one query for customers, one a kind of other record."""
    rows = list(notices)
    parties = {one.party_id for one in rows if one.party_id}
    if parties:
        found = Party.objects.visible_to(reader.scope).filter(pk__in=parties)
        parties = set(found.values_list("pk", flat=True))
    wanted: dict[str, set[str]] = {}
    for one in rows:
        if one.about_kind:
            wanted.setdefault(one.about_kind, set()).add(one.about_id)
    seen = {kind: set(_TESTS[kind](reader, sorted(ids))) for kind, ids in wanted.items() if kind in _TESTS}
    return [
        one
        for one in rows
        if (one.party_id is None or one.party_id in parties)
        and (not one.about_kind or one.about_id in seen.get(one.about_kind, ()))
    ]
