"""The models of this room: leads and opportunities, and what becomes of them."""

from guanxi.crm.sales.models.leads import Lead, LeadEvent, LeadStep
from guanxi.crm.sales.models.margins import CurrencyRate, ProductMargin
from guanxi.crm.sales.models.opportunities import (
    Competitor,
    Opportunity,
    OpportunityEvent,
    OpportunityMember,
    OpportunityProduct,
    PriceApproval,
    StageMove,
)
from guanxi.crm.sales.models.pipelines import CloseReason, Pipeline, PipelineVersion, Stage

__all__ = [
    "CloseReason",
    "Competitor",
    "CurrencyRate",
    "Lead",
    "LeadEvent",
    "LeadStep",
    "Opportunity",
    "OpportunityEvent",
    "OpportunityMember",
    "OpportunityProduct",
    "Pipeline",
    "PipelineVersion",
    "PriceApproval",
    "ProductMargin",
    "Stage",
    "StageMove",
]
