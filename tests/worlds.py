"""The databases that one process's tests run in.

Making the cast's bank takes longer than most tests that look at it, and emptying every table after a test that commits
takes longer still. So the bank is made once a process, in a database that is kept for being copied. A test in a
transaction of its own runs in one copy that all such tests share and each leaves as it was; a test that commits gets a
copy for itself, which is thrown away when the next one begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from tests import template
from tests.cast import load


@dataclass
class Worlds:
    """A process's databases by name: one with tables alone, the bank as it is kept, the bank to be looked at, and the
    one that a test which commits has for itself.
    """

    empty: str
    _made: bool = False

    @property
    def kept(self) -> str:
        return f"{self.empty}_kept"

    @property
    def peopled(self) -> str:
        return f"{self.empty}_cast"

    @property
    def own(self) -> str:
        return f"{self.empty}_own"

    def enter(self, *, peopled: bool) -> None:
        """What Django does from here on, it does in the database that tests share."""
        if peopled:
            self._people()
        _turn_to(self.peopled if peopled else self.empty)

    def enter_own(self, *, peopled: bool) -> None:
        """What Django does from here on, in every thread, it does in a fresh database that nothing else looks at."""
        if peopled:
            self._people()
        connection.close()
        with template.server() as server:
            template.copy(server, self.kept if peopled else template.name(), self.own)
        _turn_to(self.own)

    def _people(self) -> None:
        if self._made:
            return
        with template.server() as server:
            template.copy(server, template.name(), self.kept)
        _turn_to(self.kept)
        load()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        connection.close()
        with template.server() as server:
            template.copy(server, self.kept, self.peopled)
        self._made = True

    def remove(self) -> None:
        """Drops all of them."""
        connection.close()
        with template.server() as server:
            # By force: threads that served pages to a browser may have left connections of their own.
            for name in (self.empty, self.kept, self.peopled, self.own):
                template.remove(server, name)


@contextmanager
def standing(empty: str) -> Iterator[Worlds]:
    """The databases beside ``empty``; those that an interrupted run left are removed first."""
    worlds = Worlds(empty)
    with template.server() as server:
        for name in (worlds.kept, worlds.peopled, worlds.own):
            template.remove(server, name)
    yield worlds
    worlds.remove()


def _turn_to(database: str) -> None:
    # One dictionary of settings serves the connections of all threads.
    if connection.settings_dict["NAME"] != database:
        connection.close()
        connection.settings_dict["NAME"] = database
