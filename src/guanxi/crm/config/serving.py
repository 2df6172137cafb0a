"""What ``guanxi serve`` runs: the site, and beside it in each process the sealer of the audit log."""

from __future__ import annotations

from guanxi.crm.audit.sealing import start_sealer
from guanxi.crm.config.wsgi import application

__all__ = ["application"]

start_sealer()
