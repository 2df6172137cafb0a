"""Loaded before Django is: the tests' own folders, and a real PostgreSQL of their own.

``GUANXI_TEST_NAME`` keeps two runs on one machine apart (each has its database); with ``DATABASE_URL`` set, the tests
make their database on that server. Workers that share a run (pytest-xdist) are kept apart the same way; the server that
the first process starts serves them all.
"""

from __future__ import annotations

import os
from pathlib import Path

NAME = "_".join(filter(None, [os.environ.get("GUANXI_TEST_NAME", "main"), os.environ.get("PYTEST_XDIST_WORKER")]))
ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "test" / NAME

os.environ["GUANXI_VAR"] = str(VAR)
os.environ.setdefault("GUANXI_SECRET_KEY", "only-for-tests")
# A house that is copied for a test is read with the keys that wrote it.
os.environ["GUANXI_DATA_KEYS_FILE"] = str(VAR / "data-keys")
os.environ["DJANGO_SETTINGS_MODULE"] = "guanxi.crm.config.settings"
# Tests sign in without a second factor, unless they are about it.
os.environ["GUANXI_MFA_ROLES"] = ""
os.environ.pop("GUANXI_INBOX", None)
os.environ.pop("GUANXI_WAREHOUSE", None)
# Playwright's synchronous interface runs an event loop in the test's thread; Django would refuse the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# Spark's programs are short here: Java gains nothing from compiling them twice, nor from collecting with many threads.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
VAR.mkdir(parents=True, exist_ok=True)

from guanxi.postgres import ensure_database  # noqa: E402
from tests import server  # noqa: E402

ensure_database(server.place(ROOT), server.SETTINGS)

from guanxi.crm.config import settings  # noqa: E402

settings.DATABASES["default"]["TEST"] = {"NAME": f"test_guanxi_{NAME}"}
# Tests that commit end by emptying all tables: the log's guard lets them, and nobody else.
settings.DATABASES["default"]["OPTIONS"] = {
    **settings.DATABASES["default"].get("OPTIONS", {}),
    "options": "-c guanxi.audit_truncate=on",
}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.WHITENOISE_USE_FINDERS = True
settings.WHITENOISE_AUTOREFRESH = True
# Every request of every test is behind row-level security: the connection takes the site's role for its length.
settings.ROW_SECURITY = settings.ASSUME_ROLE = True
