"""Fixtures of the screens' tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from guanxi.crm.org.models import Staff

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(scope="session", autouse=True)
def chinese(pages_files) -> None:
    """The pages' files as they stand in the sources."""


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    """A client with a member of the cast signed in: ``sign_in(cast.ai)``, ``sign_in(cast.ai, language="en")``."""

    def signed_in(staff: Staff, language: str = "zh-hans") -> Client:
        client = Client(headers={"accept-language": language})
        client.force_login(staff)
        return client

    return signed_in


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Files that people take out lie in a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
