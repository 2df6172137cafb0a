"""The ``guanxi`` command."""

from __future__ import annotations

import os


def django(arguments: list[str]) -> None:
    """Runs one of Django's own management commands."""
    prepare()
    from django.core.management import execute_from_command_line

    execute_from_command_line(arguments)


def prepare() -> None:
    """Starts the database where none is configured and tells Django where its settings are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.crm.config.settings")
    from guanxi.crm.config import settings
    from guanxi.postgres import ensure_database

    if not os.environ.get("DATABASE_URL"):
        settings.DATABASES["default"] = settings.database(ensure_database(settings.VAR))


def main() -> None:
    """Entry point."""
