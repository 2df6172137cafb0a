"""Versions of rules, and which of them decide tonight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import md5, sha256
from pathlib import Path

from guanxi.warehouse.rules.books import BOOKS, Book
from guanxi.warehouse.rules.check import checked
from guanxi.warehouse.rules.graph import Graph

LONG_AGO = date(1990, 1, 1)


@dataclass(frozen=True)
class Version:
    """One state of a book's rules. ``label`` names it in every decision: ``v`` and its number where it was released in
    the site, else ``s`` (shipped) or ``f`` (a file of the bank's own) and the beginning of its fingerprint."""

    book: Book
    label: str
    content: str
    effective_from: date = LONG_AGO

    @cached_property
    def graph(self) -> Graph:
        """The checked decision. Raises ``RuleError``."""
        return checked(self.book, self.content)


@dataclass(frozen=True)
class Ruling:
    """What decides in one night: the champion, and perhaps a challenger for ``share`` (in percent) of the customers."""

    champion: Version
    challenger: Version | None = None
    share: int = 0

    @property
    def book(self) -> Book:
        """The book of both."""
        return self.champion.book

    @property
    def salt(self) -> str:
        """What is put before a customer's number, so that another trial draws other customers."""
        return f"{self.challenger.label}:" if self.challenger else ""

    @property
    def share_edge(self) -> str:
        """Four hexadecimal digits: whose fingerprint is below is the challenger's. A hundred percent is ``g``."""
        return "g" if self.share >= 100 else format(self.share * 65536 // 100, "04x")

    def of(self, key: str) -> Version:
        """Which version decides about one customer."""
        if self.challenger is None or not self.share:
            return self.champion
        drawn = md5((self.salt + key).encode(), usedforsecurity=False).hexdigest()[:4]
        return self.challenger if drawn < self.share_edge else self.champion


def shipped(book: Book) -> Version:
    """The version that comes with the product."""
    return Version(book, _label("s", book.shipped), book.shipped)


def _label(origin: str, content: str) -> str:
    return origin + sha256(content.encode()).hexdigest()[:7]


@dataclass(frozen=True, slots=True)
class Release:
    """A version that somebody released in the site: its number, ``champion`` or ``challenger`` with its share in
    percent, its first business date, its rules."""

    number: int
    role: str
    share: int
    effective_from: date
    content: str


def ruling_of(book: Book, releases: Sequence[Release], otherwise: Version) -> Ruling:
    """What decides, of releases in force, the newest last; ``otherwise`` where there is no champion among them.

    A challenger tries itself against the champion that it was released after: the next champion ends the trial.
    """
    champion, challenger, share = otherwise, None, 0
    for one in releases:
        version = Version(book, f"v{one.number}", one.content, one.effective_from)
        if one.role == "champion":
            champion, challenger, share = version, None, 0
        else:
            challenger, share = version, one.share
    return Ruling(champion, challenger, share)


def rulings(folder: Path | None, released: Mapping[str, Sequence[Release]] | None = None) -> dict[str, Ruling]:
    """What decides of each book: what was released in the site, else a file ``<book>.json`` of the bank's folder of
    assumptions, else what is shipped. Raises ``RuleError`` where a file of the folder cannot be used."""
    found: dict[str, Ruling] = {}
    for name, book in BOOKS.items():
        own = folder / f"{name}.json" if folder is not None else None
        otherwise = shipped(book)
        if own is not None and own.is_file():
            content = own.read_text(encoding="utf-8")
            otherwise = Version(book, _label("f", content), content)
        found[name] = ruling_of(book, (released or {}).get(name, ()), otherwise)
        for version in (found[name].champion, found[name].challenger):
            if version is not None:
                checked(book, version.content)
    return found
