"""The web application as WSGI: ``guanxi serve`` runs it with granian."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guanxi.crm.config.settings")
application = get_wsgi_application()
