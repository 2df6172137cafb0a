"""How a process that works for Guanxi begins: the database is there, and Django knows its settings."""

from __future__ import annotations

import os


def prepare() -> None:
    """Starts the database where none is configured and tells Django where its settings are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.crm.config.settings")
    from guanxi.crm.config import settings
    from guanxi.postgres import ensure_database

    if not os.environ.get("DATABASE_URL"):
        settings.DATABASES["default"] = settings.database(ensure_database(settings.VAR))


def prepare_django() -> None:
    """As :func:`prepare`, and loads Django's apps."""
    prepare()
    import django

    django.setup()


def django(arguments: list[str]) -> None:
    """Runs one of Django's own management commands."""
    prepare()
    from django.core.management import execute_from_command_line

    execute_from_command_line(arguments)
