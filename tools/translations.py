"""The interface's Chinese: ``update`` adds what code and templates say and the catalogue lacks, ``check`` is strict.

``merge FILE...`` takes translations from tab-separated files (English, Chinese; a message with a context is written
``context::English``) into the catalogue. Needs no gettext programs: Python is read by Babel, templates by Django's own
``templatize``.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "guanxi" / "crm"
CATALOGUE = SOURCES / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_lazy": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%([sd])|\{(\w*)\}")


def extracted() -> Catalog:
    """Everything that code and templates say to people."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    from django.utils.translation.template import templatize

    found = Catalog(locale="zh_Hans")
    for file in sorted([*SOURCES.rglob("*.py"), *SOURCES.rglob("*.html")]):
        if "migrations" in file.parts:
            continue
        source = file.read_text(encoding="utf-8")
        if file.suffix == ".html":
            source = templatize(source, origin=str(file))
        for _line, words, comments, context in extract(
            "python", io.BytesIO(source.encode()), keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            place = (str(file.relative_to(ROOT)), 0)
            found.add(words, locations=[place], auto_comments=comments, context=context)
    return found


def catalogue() -> Catalog:
    """The catalogue as it stands; an empty one where there is none."""
    if not CATALOGUE.exists():
        return Catalog(locale="zh_Hans", project="Guanxi", charset="utf-8", fuzzy=False)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def save(found: Catalog) -> None:
    """Writes the catalogue, sorted, without places, so that two people's additions do not collide."""
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    text = io.BytesIO()
    write_po(text, found, width=120, no_location=True, sort_output=True, omit_header=True)
    head = (
        b'msgid ""\nmsgstr ""\n"Project-Id-Version: Guanxi\\n"\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n'
        b'"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        b'"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    CATALOGUE.write_bytes(head + text.getvalue().strip() + b"\n")


def _messages(found: Catalog) -> Iterator[Message]:
    return (message for message in found if message.id)


def _key(message: Message) -> tuple[str, str]:
    return (message.context or "", message.id[0] if isinstance(message.id, (list, tuple)) else message.id)


def _said(message: Message | None) -> str:
    if message is None:
        return ""
    said = message.string[0] if isinstance(message.string, (list, tuple)) else message.string
    return said or ""


def update(pairs: dict[str, str]) -> int:
    """Brings the catalogue up to the sources, with ``pairs`` (English to Chinese); returns how many lack Chinese."""
    old = {_key(message): message for message in _messages(catalogue())}
    found = extracted()
    missing = 0
    for message in _messages(found):
        context, words = _key(message)
        chinese = pairs.get(f"{context}::{words}" if context else words) or _said(old.get((context, words)))
        message.string = (chinese,) if isinstance(message.id, (list, tuple)) else chinese
        missing += not chinese
    save(found)
    return missing


def problems() -> list[str]:
    """What is wrong with the catalogue: missing, unused, fuzzy, or with other placeholders than the English."""
    there = {_key(message): message for message in _messages(catalogue())}
    wanted = {_key(message): message for message in _messages(extracted())}
    found = [f"missing: {key[1]!r}" for key in wanted if not _said(there.get(key))]
    found += [f"unused: {key[1]!r}" for key in there if key not in wanted]
    for key, message in there.items():
        if message.fuzzy:
            found.append(f"fuzzy: {key[1]!r}")
        english = {tuple(one) for one in PLACEHOLDER.findall(key[1])}
        plural = message.id[1] if isinstance(message.id, (list, tuple)) else key[1]
        allowed = english | {tuple(one) for one in PLACEHOLDER.findall(plural)}
        chinese = {tuple(one) for one in PLACEHOLDER.findall(_said(message))}
        if _said(message) and not (chinese <= allowed and chinese >= english & allowed - _dropped(message)):
            found.append(f"other placeholders: {key[1]!r} -> {_said(message)!r}")
    return found


def _dropped(message: Message) -> set[tuple[str, ...]]:
    """Of a plural message the singular may leave the number out; then so may the Chinese only if both do."""
    if not isinstance(message.id, (list, tuple)):
        return set()
    singular, plural = ({tuple(one) for one in PLACEHOLDER.findall(words)} for words in message.id)
    return singular ^ plural


def main(arguments: list[str]) -> int:
    """Runs ``update``, ``merge`` or ``check``; ``check`` returns 1 when anything is wrong."""
    verb, files = (arguments or ["check"])[0], arguments[1:]
    if verb == "check":
        found = problems()
        print("\n".join(found))
        return 1 if found else 0
    pairs: dict[str, str] = {}
    for name in files if verb == "merge" else []:
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            english, tab, chinese = line.partition("\t")
            if tab and chinese.strip():
                pairs[english.replace("\\n", "\n")] = chinese.strip().replace("\\n", "\n")
    print(f"{update(pairs)} without Chinese")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
