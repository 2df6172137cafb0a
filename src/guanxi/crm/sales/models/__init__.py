"""The models of this room: leads, and what becomes of them."""

from guanxi.crm.sales.models.leads import Lead, LeadEvent, LeadStep

__all__ = ["Lead", "LeadEvent", "LeadStep"]
