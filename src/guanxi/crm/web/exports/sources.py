"""What can be taken out: each thing is a source, declared once. There is no other way out of the site.

A source answers for a request whose parameters say what is wanted: the page's own request when somebody asks, and one
made anew, as that person stands then, when the file is written or fetched.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from django.http import Http404

from guanxi.crm.party.models import Party
from guanxi.crm.web.exports.marks import Facts
from guanxi.crm.web.exports.rights import Spread
from guanxi.crm.web.request import StaffRequest

CHUNK = 5_000


class GrewError(Exception):
    """More rows than were allowed: the file is not written further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be written: at most ``most`` rows in the format ``kind``, with ``columns`` where it has any."""

    file: IO[bytes]
    kind: str
    columns: tuple[str, ...]
    facts: Facts
    most: int
    progress: Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows were written, and the numbers of the customers they are about."""

    rows: int
    customers: Iterable[str] = field(default=())


class Source(ABC):
    """One thing that can be taken out."""

    name: str
    kinds: tuple[str, ...] = ("xlsx",)

    @abstractmethod
    def check(self, request: StaffRequest) -> None:
        """Raises ``Http404`` for what does not exist or lies outside the scope, ``PermissionDenied`` for the area."""

    @abstractmethod
    def title(self, request: StaffRequest) -> str:
        """What it is, in the page's language."""

    @abstractmethod
    def filters(self, request: StaffRequest) -> list[str]:
        """What narrows it, in words."""

    @abstractmethod
    def parameters(self, request: StaffRequest) -> str:
        """The parameters by which it can be asked for again, and nothing else of the address."""

    @abstractmethod
    def measure(self, request: StaffRequest) -> tuple[int, Spread]:
        """How many rows, and of which institutions and kinds of customer."""

    @abstractmethod
    def back(self, request: StaffRequest) -> str:
        """The address of the page that shows it."""

    @abstractmethod
    def write(self, request: StaffRequest, order: Order) -> Written:
        """Writes the file; raises :class:`GrewError` beyond ``order.most``."""

    def columns(self, request: StaffRequest) -> list[str]:
        """The keys of the columns wanted, where one can choose."""
        return []

    def subject(self, request: StaffRequest) -> str:
        """The customer it is about, where it is about one."""
        return ""

    def still_visible(self, request: StaffRequest, customers: Iterable[str]) -> bool:
        """Whether the person may still see every one of the customers in a file; one query for five thousand."""
        portion: list[str] = []
        for number in customers:
            portion.append(number)
            if len(portion) == CHUNK:
                if not _all_visible(request, portion):
                    return False
                portion = []
        return not portion or _all_visible(request, portion)


def _all_visible(request: StaffRequest, numbers: list[str]) -> bool:
    return Party.objects.visible_to(request.scope).filter(id__in=numbers).count() == len(set(numbers))


_SOURCES: dict[str, Source] = {}


def offer(source: Source) -> Source:
    """Makes a source known by its name."""
    if _SOURCES.setdefault(source.name, source) is not source:
        raise ValueError(f"two sources are named {source.name}")
    return source


def has_source(name: str) -> bool:
    """Whether there is something of that name to take out."""
    return name in _SOURCES


def source_named(name: str) -> Source:
    """The source of that name; raises ``Http404`` where there is none."""
    try:
        return _SOURCES[name]
    except KeyError:
        raise Http404(name) from None


def limited(rows: Iterable[Any], most: int) -> Iterator[Any]:
    """The rows, and :class:`GrewError` where there is one more than ``most``."""
    for number, row in enumerate(rows, 1):
        if number > most:
            raise GrewError
        yield row
