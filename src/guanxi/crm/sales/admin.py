"""What of this room stands in the administration."""

from guanxi.crm.sales import lead_admin, pipeline_admin

__all__ = ["lead_admin", "pipeline_admin"]
