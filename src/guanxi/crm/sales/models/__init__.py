"""The models of this room: leads and opportunities, and what becomes of them."""

from guanxi.crm.sales.models.lead_imports import LeadImport, LeadMapping, LeadRow
from guanxi.crm.sales.models.lead_setup import AssignmentRule, LeadSetup, ScoringRule
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
from guanxi.crm.sales.models.referrals import Referral, ReferralCredit, ReferralStep
from guanxi.crm.sales.models.sums import LeaderSum, MonthSum

__all__ = [
    "AssignmentRule",
    "CloseReason",
    "Competitor",
    "CurrencyRate",
    "Lead",
    "LeadEvent",
    "LeadImport",
    "LeadMapping",
    "LeadRow",
    "LeadSetup",
    "LeadStep",
    "LeaderSum",
    "MonthSum",
    "Opportunity",
    "OpportunityEvent",
    "OpportunityMember",
    "OpportunityProduct",
    "Pipeline",
    "PipelineVersion",
    "PriceApproval",
    "ProductMargin",
    "Referral",
    "ReferralCredit",
    "ReferralStep",
    "ScoringRule",
    "Stage",
    "StageMove",
]
