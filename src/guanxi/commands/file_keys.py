"""The data keys of files, for ``guanxi keys``: how many lie under which, and their rotation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guanxi.commands.night import options
from guanxi.crm.kernel.rotation import Heard, Used
from guanxi.crm.kernel.storage import files
from guanxi.keyring import KeyringError
from guanxi.warehouse.night.keys import files_by_key, rewrite_files
from guanxi.warehouse.night.lock import NightRunningError

WAREHOUSE, MEDIA = "files of the warehouse", "files of the site"


def used() -> Iterator[Used]:
    """By which keys files are encrypted; plain ones are left out."""
    for place, counted in ((WAREHOUSE, dict(files_by_key(options().layout))), (MEDIA, files().keys())):
        for key_id, count in sorted(counted.items()):
            if key_id:
                yield Used(place, key_id, "", count)


def rotate_warehouse(heard: Heard) -> int:
    """Writes the warehouse's files anew, after a night that is at work; raises ``KeyringError`` where one does not open
    or somebody does the same.
    """
    try:
        return rewrite_files(options().layout, progress=_Heard(heard))
    except NightRunningError as error:
        raise KeyringError(str(error)) from error


def rotate_media(heard: Heard) -> int:
    """Writes the site's files anew; raises ``KeyringError`` where one does not open."""
    count = files().rewrite()
    heard(count, count)
    return count


@dataclass(frozen=True, slots=True)
class _Heard:
    heard: Heard

    def report(self, done: int, total: int, detail: str = "") -> None:
        """Passes it on."""
        self.heard(done, total)
