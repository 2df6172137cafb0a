"""``guanxi keys``: the keys of personal data, what uses them, and their rotation."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from guanxi.commands import file_keys
from guanxi.crm.kernel import rotation
from guanxi.crm.kernel.rotation import Heard, Used
from guanxi.crm.kernel.sealed import sealed_models
from guanxi.crm.party import token_rotation
from guanxi.crm.sales import lead_tokens
from guanxi.keyring import (
    KeyringError,
    activate_key,
    add_key,
    cipher,
    keep_retired,
    keyring,
    keys_file,
    remove_key,
)

# What counts the values of each key, one line a kind of place where they are.
COUNTED: tuple[Callable[[], Iterator[Used]], ...] = (
    rotation.used,
    token_rotation.used,
    lead_tokens.used,
    file_keys.used,
)


def rotated() -> Iterator[tuple[str, Callable[[Heard], int]]]:
    """What is done by a rotation: a word for each part, and what does it."""
    for model in sealed_models():
        yield model._meta.db_table, lambda heard, model=model: rotation.rotate_fields(model, heard)
    yield token_rotation.TABLE, token_rotation.rotate_tokens
    yield lead_tokens.TABLE, lead_tokens.rotate_lead_tokens
    yield file_keys.MEDIA, file_keys.rotate_media
    yield file_keys.WAREHOUSE, file_keys.rotate_warehouse


def keys_used() -> dict[str, int]:
    """How many values each key sealed, by its id."""
    found: dict[str, int] = {}
    for one in chain.from_iterable(count() for count in COUNTED):
        found[one.key_id] = found.get(one.key_id, 0) + one.values
    return found


def run_list() -> int:
    """Prints the keys, how old they are, and how many values of each place each of them sealed."""
    console, ring = Console(), keyring()
    counts = list(chain.from_iterable(count() for count in COUNTED))
    console.print(f"{keys_file()}, new values with {cipher()}")
    table = Table("key", "made", "days", "", "values")
    today = datetime.now(UTC).date()
    for key in ring.keys:
        values = sum(one.values for one in counts if one.key_id == key.id)
        age = str((today - key.made).days) if key.made else "?"
        table.add_row(key.id, str(key.made or "?"), age, "active" if key == ring.active else "", f"{values:,}")
    console.print(table)
    places = Table("place", "key", "cipher", "values")
    for one in sorted(counts, key=lambda one: (one.place, one.key_id)):
        places.add_row(one.place, one.key_id, one.cipher, f"{one.values:,}")
    console.print(places)
    missing = sorted({one.key_id for one in counts} - {key.id for key in ring.keys})
    if missing:
        console.print(f"MISSING in {keys_file()}: {', '.join(missing)}. What they sealed cannot be read.")
    return 1 if missing else 0


def run_new(*, later: bool) -> int:
    """Adds a key, which encrypts from now on, or later."""
    try:
        key = add_key(activate=not later)
    except KeyringError as error:
        print(error)
        return 1
    print(f"{key.id} is in {keys_file()}. Put a copy of the file in another place now.")
    if later:
        print(f"When all machines of the site have the file: guanxi keys activate {key.id}")
    else:
        print("It encrypts what is written from now on. For all that stands there already: guanxi keys rotate")
    return 0


def run_activate(key_id: str) -> int:
    """Lets a key encrypt from now on."""
    try:
        activate_key(key_id)
    except KeyringError as error:
        print(error)
        return 1
    print(f"{key_id} encrypts from now on. For all that stands there already: guanxi keys rotate")
    return 0


def run_rotate() -> int:
    """Encrypts everything anew with the active key; may be killed and begun again."""
    console = Console()
    if os.environ.get("GUANXI_ROW_SECURITY"):
        console.print("A rotation runs as the tables' owner: start it without GUANXI_ROW_SECURITY.")
        return 1
    console.print(f"Encrypting anew with {keyring().active.id} ({cipher()}). The site may serve meanwhile.")
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        for name, rotate in rotated():
            task = progress.add_task(name, total=None)

            def heard(done: int, total: int, task: object = task) -> None:
                progress.update(task, completed=done, total=total)  # type: ignore[arg-type]

            try:
                rotate(heard)
            except KeyringError as error:
                progress.stop()
                console.print(str(error))
                return 1
            progress.update(task, total=1, completed=1)
    left = [one for count in COUNTED for one in count() if one.key_id != keyring().active.id]
    for one in left:
        console.print(f"{one.values:,} values of {one.place} are still under {one.key_id}: run it once more.")
    console.print("Done." if not left else "Not done.")
    return 1 if left else 0


def run_retire(key_id: str) -> int:
    """Takes a key out of use, unless something still needs it."""
    try:
        key = keyring().by_id(key_id)
        needed = [one for count in COUNTED for one in count() if one.key_id == key_id]
        if needed:
            for one in needed:
                print(f"{one.values:,} values of {one.place} still need {key_id}.")
            print("It stays. First: guanxi keys rotate")
            return 1
        if key == keyring().active:
            print(f"{key_id} is the active key: activate another first, and rotate.")
            return 1
        kept = keep_retired(key)
        remove_key(key_id)
    except KeyringError as error:
        print(error)
        return 1
    print(f"{key_id} is out of use. Backups made before today still need it: it is kept in {kept}.")
    print("Delete its line there when those backups are gone.")
    return 0
