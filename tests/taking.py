"""Takes files out of the site as a person does: what for, make it, fetch it."""

from __future__ import annotations

import io
import re
from typing import Any

from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

WHY = {"purpose": "analysis", "reason": "季度客户分析，本人使用"}


def ask(client: Client, name: str, query: str = "", **form: Any) -> Any:
    """The answer to asking for a file: a redirect to its page."""
    return client.post(f"{reverse('export-ask', args=[name])}?{query}", {**WHY, **form})


def number_of(response: Any) -> str:
    """The key of the export to whose page an answer leads."""
    assert response.status_code == 302, response.text
    found = re.search(r"/exports/([0-9a-f-]{36})/", response.url)
    assert found
    return found.group(1)


def fetch(client: Client, key: str) -> Any:
    """The answer with the file."""
    return client.get(reverse("export-file", args=[key]))


def content_of(response: Any) -> bytes:
    """The file's bytes."""
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def taken(client: Client, name: str, query: str = "", **form: Any) -> bytes:
    """Asks for a file that needs no approval and fetches it."""
    return content_of(fetch(client, number_of(ask(client, name, query, **form))))


def book_of(content: bytes) -> Workbook:
    """The file as a workbook."""
    return load_workbook(io.BytesIO(content))
