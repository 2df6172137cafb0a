"""The models of this room: consent (``consent``) and the requests of persons (``rights``)."""

from guanxi.crm.consent.models.consent import PATHS, ConsentEvent, ConsentState, ConsentText, Limit
from guanxi.crm.consent.models.rights import CaseStep, Correction, Package, RetentionRule, RightsCase

__all__ = [
    "PATHS",
    "CaseStep",
    "ConsentEvent",
    "ConsentState",
    "ConsentText",
    "Correction",
    "Limit",
    "Package",
    "RetentionRule",
    "RightsCase",
]
