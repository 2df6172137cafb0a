"""Settings of what leaves the house: e-mail through the bank's own server, and web push."""

from __future__ import annotations

import os
from typing import Any

from guanxi.crm.config.reading import from_file

SITE_URL = os.environ.get("GUANXI_SITE_URL", "").rstrip("/")
DEFAULT_FROM_EMAIL = os.environ.get("GUANXI_MAIL_FROM", "guanxi@localhost")
PUSH_CONTACT = os.environ.get("GUANXI_PUSH_CONTACT", "")
PUSH_HOSTS = tuple(
    os.environ.get(
        "GUANXI_PUSH_HOSTS", "fcm.googleapis.com,*.push.services.mozilla.com,*.notify.windows.com,web.push.apple.com"
    )
    .replace(" ", "")
    .split(",")
)


def _mailers() -> dict[str, Any]:
    """Django's mailers: the bank's server, or none where it is not named."""
    host, tls = os.environ.get("GUANXI_SMTP_HOST", ""), os.environ.get("GUANXI_SMTP_TLS", "starttls")
    if not host:
        return {}
    options = {
        "host": host,
        "port": int(os.environ.get("GUANXI_SMTP_PORT") or (465 if tls == "tls" else 587)),
        "username": os.environ.get("GUANXI_SMTP_USER", ""),
        "password": from_file("GUANXI_SMTP_PASSWORD_FILE"),
        "use_tls": tls == "starttls",
        "use_ssl": tls == "tls",
        "timeout": 20,
    }
    return {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}


MAILERS = _mailers()
