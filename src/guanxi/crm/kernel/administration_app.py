"""Makes the administration's own site the default one."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    default_site = "guanxi.crm.kernel.administration.AdministrationSite"
