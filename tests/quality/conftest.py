"""A month of nights instead of the cast's two."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.crm.org.models import Staff
from guanxi.crm.quality.models import QuarantinedRow, Run
from tests.quality.history import History, build


@pytest.fixture
def month(cast) -> History:
    """Thirty nights up to 2026-11-20 with rows kept aside; see ``tests/quality/history.py``."""
    QuarantinedRow.objects.all().delete()
    Run.objects.all().delete()
    return build()


@pytest.fixture(autouse=True)
def inbox(settings, tmp_path):
    """An inbox and a warehouse of the test's own."""
    settings.INBOX = tmp_path / "inbox"
    settings.WAREHOUSE = tmp_path / "warehouse"
    settings.INBOX.mkdir()
    return settings.INBOX


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """A client with a member of the cast signed in."""

    def signed_in(staff: Staff, language: str = "zh-hans") -> Client:
        client = Client(headers={"accept-language": language})
        client.force_login(staff)
        return client

    return signed_in
