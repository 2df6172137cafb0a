"""``guanxi serve`` and ``guanxi worker``: the site under granian, the jobs under procrastinate."""

from __future__ import annotations

import os
import subprocess
import sys

from guanxi.postgres import site_environment
from guanxi.startup import prepare, prepare_django

WSGI = "guanxi.crm.config.serving:application"
# Threads wait for the database, not for the processor: a few a process keep it busy.
THREADS_A_PROCESS = 4


def serve_command(*, host: str, port: int, workers: int) -> list[str]:
    """The command line of the web server; ``workers`` 0 takes one process a processor."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
        "--workers", str(workers or os.cpu_count() or 2), "--blocking-threads", str(THREADS_A_PROCESS),
        "--backlog", "1024", "--respawn-failed-workers", "--log-level", "warning", WSGI,
    ]  # fmt: skip


def serve_environment() -> dict[str, str]:
    """The web server's environment: the site's own role, and nothing by which it could become the owner."""
    environment = os.environ | site_environment()
    environment.pop("GUANXI_OWNER_DATABASE_URL", None)
    return environment


def worker_command() -> list[str]:
    """The command line of the worker."""
    return [sys.executable, "-m", "guanxi.cli", "worker"]


def serve(*, host: str, port: int, workers: int) -> None:
    """Runs the web server until it is told to stop."""
    command = serve_command(host=host, port=port, workers=workers)
    raise SystemExit(subprocess.call(command, env=serve_environment()))


def worker() -> None:
    """Runs the worker until it is told to stop; a job under way is finished first."""
    prepare()
    os.environ.update(site_environment())
    from guanxi.crm.config import settings

    settings.DATABASES["default"] = settings.database(os.environ["DATABASE_URL"])
    settings.ROW_SECURITY = os.environ.get("GUANXI_ROW_SECURITY") == "1"
    prepare_django()
    from django.core.management import call_command

    call_command("procrastinate", "worker", "--name", "guanxi", "--concurrency", "2")
