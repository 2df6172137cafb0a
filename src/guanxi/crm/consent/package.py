"""All that is held about one person, as a file: pages to read in both languages, CSV and JSON for machines."""

from __future__ import annotations

import csv
import datetime
import io
import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from guanxi.crm.consent.case_services import add_step, open_and_locked
from guanxi.crm.consent.models import Package, RightsCase
from guanxi.crm.consent.rights_codes import What
from guanxi.crm.kernel.personal import Held, registered
from guanxi.crm.kernel.storage import files

FOLDER = "personal"
KEPT = datetime.timedelta(days=30)
SHOWN = 500
"""How many rows of one kind the readable page shows; the CSV beside it holds all."""
LANGUAGES = ("zh-hans", "en")
CHUNK = 2_000


def ask_package(*, case_id: int, staff_id: str) -> Package:
    """Asks the worker to gather all that is held about the person of a case."""
    from guanxi.crm.consent.tasks import write_personal_data

    with transaction.atomic():
        case = open_and_locked(case_id)
        package = Package.objects.create(case=case, staff_id=staff_id, parts=len(_handed_over()))
        write_personal_data.defer(package_id=str(package.pk))
    return package


def write_package(*, package_id: UUID) -> Package:
    """Writes a package that was asked for; on failure it says so and raises."""
    package = Package.objects.select_related("case").get(pk=package_id)
    Package.objects.filter(pk=package.pk).update(status=Package.Status.RUNNING)
    name = f"{package.pk}.zip"
    try:
        with files().writing(f"{FOLDER}/{name}") as out:
            rows = _write(out, package)
    except BaseException:
        Package.objects.filter(pk=package.pk).update(status=Package.Status.FAILED, finished_at=timezone.now())
        raise
    with transaction.atomic():
        Package.objects.filter(pk=package.pk).update(
            status=Package.Status.DONE, rows=rows, file=name, finished_at=timezone.now()
        )
        add_step(package.case, What.PACKED, package.staff_id)  # type: ignore[attr-defined]
    package.refresh_from_db()
    return package


def _write(file: IO[bytes], package: Package) -> int:
    case: RightsCase = package.case
    party_id = case.party_id  # type: ignore[attr-defined]
    tables: list[dict[str, Any]] = []
    total = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("data.json", "w", force_zip64=True) as binary:
            json_file = io.TextIOWrapper(binary, encoding="utf-8", write_through=True)
            json_file.write("{")
            for position, held in enumerate(_handed_over()):
                json_file.write(",\n" if position else "\n")
                json_file.write(f"{json.dumps(held.model._meta.label)}: [")
                table = _one_table(held, party_id, json_file)
                json_file.write("]")
                total += table["count"]
                tables.append(table)
                Package.objects.filter(pk=package.pk).update(done=position + 1, rows=total)
            json_file.write("\n}\n")
            json_file.flush()
            json_file.detach()
        for table in tables:
            archive.writestr(f"csv/{table['name']}.csv", table.pop("csv"))
        for language in LANGUAGES:
            with translation.override(language):
                archive.writestr(f"{_page_name(language)}", _page(case, tables, language))
    return total


def _one_table(held: Held, party_id: str, json_file: Any) -> dict[str, Any]:
    """One kind of rows: written to the JSON as it goes, its CSV and its first rows kept."""
    fields = fields_of(held)
    out = io.StringIO()
    out.write("\ufeff")  # so that Excel reads the Chinese
    writer = csv.writer(out)
    writer.writerow([field.name for field in fields])
    shown: list[list[Any]] = []
    count = 0
    for row in rows_of(held, party_id):
        values = [getattr(row, field.attname) for field in fields]
        json_file.write(",\n" if count else "\n")
        record = {field.name: plain(value) for field, value in zip(fields, values, strict=True)}
        json_file.write(json.dumps(record, ensure_ascii=False))
        writer.writerow([_cell(plain(value)) for value in values])
        if count < SHOWN:
            shown.append(values)
        count += 1
    return {
        "held": held,
        "name": held.model._meta.db_table,
        "fields": fields,
        "shown": shown,
        "count": count,
        "csv": out.getvalue(),
    }


def rows_of(held: Held, party_id: str) -> Iterator[Any]:
    """The rows of one kind, a chunk at a time."""
    return held.rows_of(party_id).iterator(chunk_size=CHUNK)


def fields_of(held: Held) -> list[models.Field[Any, Any]]:
    """The fields that are handed over: all but those left out and technical numbers."""
    return [
        field
        for field in held.model._meta.concrete_fields
        if field.name not in held.left_out and not isinstance(field, models.CompositePrimaryKey)
    ]


def _handed_over() -> list[Held]:
    return [held for held in registered() if not held.copy_of]


def plain(value: Any) -> Any:
    """A value as JSON and CSV hold it: amounts as text, to the cent as they are kept; moments with their zone."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value


def _cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    dangerous = isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r")
    if dangerous and not value.lstrip("+-").replace(".", "", 1).isdigit():
        return f"'{value}"
    return value


def _page(case: RightsCase, tables: list[dict[str, Any]], language: str) -> str:
    """The readable page in the language in force."""
    parts = []
    for table in tables:
        held: Held = table["held"]
        labels = [_label(field) for field in table["fields"]]
        rows = [
            [_said(held, field, value) for field, value in zip(table["fields"], values, strict=True)]
            for values in table["shown"]
        ]
        parts.append(
            {
                "title": held.title,
                "name": table["name"],
                "count": table["count"],
                "more": max(0, table["count"] - SHOWN),
                "labels": labels,
                "rows": rows,
                "single": list(zip(labels, rows[0], strict=True)) if table["count"] == 1 else None,
            }
        )
    context = {
        "case": case,
        "parts": parts,
        "language": language,
        "made": timezone.localtime(),
        "other": _page_name(next(one for one in LANGUAGES if one != language)),
        "bank_name": settings.BANK_NAME,
    }
    return render_to_string("consent/personal_data.html", context)


def _label(field: models.Field[Any, Any]) -> str:
    name = str(field.verbose_name)
    return name[:1].upper() + name[1:]


def _said(held: Held, field: models.Field[Any, Any], value: Any) -> str:
    """A value in words."""
    if value is None or value == "":
        return "–"
    words = (held.words or {}).get(field.name)
    choices = dict(words.choices) if words else dict(field.flatchoices)
    if value in choices:
        return str(choices[value])
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, Decimal):
        return f"{value:,f}"
    if isinstance(value, datetime.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return str(plain(value))


def _page_name(language: str) -> str:
    return "index.en.html" if language == "en" else "index.html"


def open_package(package: Package) -> File[bytes] | None:
    """The file, to read; None where it is no longer kept."""
    try:
        return files().open(f"{FOLDER}/{package.file}") if package.file else None
    except FileNotFoundError:
        return None


def throw_away() -> int:
    """Deletes files older than a month; returns how many."""
    return _delete(Package.objects.filter(finished_at__lt=timezone.now() - KEPT))


def throw_away_of(party_id: str) -> int:
    """Deletes every copy that was made of one person's data; returns how many."""
    return _delete(Package.objects.filter(case__party_id=party_id))


def _delete(packages: models.QuerySet[Package]) -> int:
    gone = 0
    for package in packages.exclude(file=""):
        files().delete(f"{FOLDER}/{package.file}")
        Package.objects.filter(pk=package.pk).update(file="")
        gone += 1
    return gone
