"""Standardising: each name, number, phone, address and date in one spelling, its original kept, its validity stated."""

from guanxi.warehouse.identity.standardise.features import create_features, prepare, standardise
from guanxi.warehouse.identity.standardise.records import Records

__all__ = ["Records", "create_features", "prepare", "standardise"]
