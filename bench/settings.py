"""The site's own settings, with one more address: an empty view behind the same middleware."""

from __future__ import annotations

from guanxi.crm.config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
