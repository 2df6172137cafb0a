"""Makes the pages' files: takes what pages name from the front-end packages, compiles translations, collects.

``guanxi assets`` calls :func:`collect`. Nothing is fetched; everything comes from ``frontend/node_modules`` and from
our own folders, and lands under ``var/``. When nothing has changed it does nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

CRM = Path(__file__).parent / "crm"

# What pages name, from the front-end packages; with each its licence, as the licences ask.
FILES: dict[str, str] = {
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
    "@tabler/core/LICENSE": "LICENSE-tabler.txt",
    "@tabler/icons/LICENSE": "LICENSE-tabler-icons.txt",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "LICENSE-htmx.txt",
    "echarts/dist/echarts.min.js": "echarts.min.js",
    "echarts/i18n/langZH.js": "echarts-zh.js",
    "echarts/LICENSE": "LICENSE-echarts.txt",
    "echarts/NOTICE": "NOTICE-echarts.txt",
    "fullcalendar/skeleton.css": "calendar-skeleton.css",
    "fullcalendar/themes/classic/theme.css": "calendar-theme.css",
    "fullcalendar/themes/classic/palette.css": "calendar-palette.css",
    "fullcalendar/LICENSE.md": "LICENSE-fullcalendar.txt",
    "preact/LICENSE": "LICENSE-preact.txt",
    "temporal-polyfill/LICENSE": "LICENSE-temporal-polyfill.txt",
}
# What comes in many modules is made one file, with what we use of it alone; by the name of the file that pages name.
BUNDLES: dict[str, str] = {
    "calendar.min.js": """
        export { Calendar } from "fullcalendar";
        export { default as dayGrid } from "fullcalendar/daygrid";
        export { default as timeGrid } from "fullcalendar/timegrid";
        export { default as interaction } from "fullcalendar/interaction";
        export { default as theme } from "fullcalendar/themes/classic";
        export { default as chinese } from "fullcalendar/locales/zh-cn";
        export { default as english } from "fullcalendar/locales/en-gb";
    """,
}
# How code and templates name an icon: {% icon "home" %}, icon="home", icon("home").
ICON = re.compile(r"""(?:\{%\s*icon\s+|\bicon\(\s*|icon=)["']([a-z0-9-]+)["']""")
SOURCE_MAP = re.compile(rb"\n?(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ \*/)\s*$")


class MissingPackages(RuntimeError):
    """The front-end packages are not where they should be."""


def collect(*, force: bool = False) -> bool:
    """Vendor files, icon sprite, translations, then Django's own collection; returns whether anything was done.

    Raises :class:`MissingPackages` where ``npm ci`` has not been run, ``KeyError`` for an icon that does not exist.
    """
    from django.conf import settings

    changed = vendor(Path(settings.FRONTEND), Path(settings.VAR) / "vendor")
    changed |= compile_messages()
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    state = _state_of_sources(Path(settings.VAR) / "vendor")
    if not force and not changed and stamp.exists() and stamp.read_text() == state:
        return False
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
    stamp.write_text(state)
    return True


def vendor(packages: Path, folder: Path) -> bool:
    """Copies the named files and writes the icon sprite; returns whether anything changed."""
    if not packages.is_dir():
        raise MissingPackages(f"no front-end packages in {packages}: run `npm ci --prefix frontend`")
    folder.mkdir(parents=True, exist_ok=True)
    changed = False
    for source, name in FILES.items():
        file = packages / source
        if not file.exists():
            if name.startswith(("LICENSE", "NOTICE")):
                continue
            raise MissingPackages(f"{file} is missing: run `npm ci --prefix frontend`")
        changed |= _write(folder / name, SOURCE_MAP.sub(b"", file.read_bytes()))
    for name, source in BUNDLES.items():
        changed |= _write(folder / name, bundled(packages, source))
    return changed | _write(folder / "icons.svg", sprite(packages, icons_named(CRM)).encode())


def bundled(packages: Path, source: str) -> bytes:
    """One module made of a few lines that import from the packages, by esbuild, which needs no Node here."""
    found = sorted(packages.glob("@esbuild/*/bin/esbuild")) + sorted(packages.glob("@esbuild/*/esbuild.exe"))
    if not found:
        raise MissingPackages(f"esbuild is missing in {packages}: run `npm ci --prefix frontend`")
    command = [str(found[0]), "--bundle", "--minify", "--format=esm", "--target=es2022", "--charset=utf8",
               "--legal-comments=inline", "--log-level=warning"]  # fmt: skip
    made = subprocess.run(command, input=source.encode(), cwd=packages.parent, capture_output=True, check=False)
    if made.returncode:
        raise MissingPackages(made.stderr.decode(errors="replace"))
    return made.stdout


def icons_named(folder: Path) -> list[str]:
    """Every icon that templates and code below ``folder`` name, sorted."""
    names: set[str] = set()
    for file in sorted([*folder.rglob("*.html"), *folder.rglob("*.py")]):
        text = file.read_text(encoding="utf-8")
        names.update(ICON.findall(text))
    return sorted(names)


def sprite(packages: Path, names: Iterable[str]) -> str:
    """One SVG with a symbol for each icon; an icon that Tabler does not have raises ``KeyError``."""
    symbols = []
    for name in names:
        file = packages / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        if not file.exists():
            raise KeyError(f"there is no icon {name!r} in Tabler's set")
        body = file.read_text(encoding="utf-8").split(">", 1)[1].rsplit("</svg>", 1)[0]
        body = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", body)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-linecap="round"'
            f' stroke-linejoin="round">{"".join(line.strip() for line in body.splitlines())}</symbol>'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'


def compile_messages(folder: Path = CRM / "locale") -> bool:
    """Compiles every ``.po`` that is not the one its ``.mo`` was made from; returns whether any was."""
    changed = False
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        time = source.stat().st_mtime_ns
        if target.exists() and target.stat().st_mtime_ns == time:
            continue
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with source.open("rb") as file:
            catalog = read_po(file, locale=source.parent.parent.name)
        aside = target.with_suffix(f".{os.getpid()}")
        with aside.open("wb") as file:
            write_mo(file, catalog)
        os.utime(aside, ns=(time, time))  # so that an older catalogue put back is noticed too
        aside.replace(target)
        changed = True
    return changed


def _write(file: Path, content: bytes) -> bool:
    if file.exists() and file.read_bytes() == content:
        return False
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    aside.write_bytes(content)
    aside.replace(file)
    return True


def _state_of_sources(vendored: Path) -> str:
    """A fingerprint of every static file by name, size and time."""
    found = hashlib.sha256()
    for folder in [vendored, *sorted(CRM.glob("*/static"))]:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                status = file.stat()
                found.update(f"{file.relative_to(folder)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return found.hexdigest()
