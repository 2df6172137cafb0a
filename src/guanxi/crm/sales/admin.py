"""What of this room stands in the administration."""

from guanxi.crm.sales import pipeline_admin

__all__ = ["pipeline_admin"]
