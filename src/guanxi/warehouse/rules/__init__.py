"""Decision tables and graphs (GoRules JDM): read, checked, compiled to SQL for a whole bank, asked one at a time."""

from guanxi.warehouse.rules.books import BOOKS, Book
from guanxi.warehouse.rules.check import checked, findings
from guanxi.warehouse.rules.findings import Finding, RuleError
from guanxi.warehouse.rules.single import Answer, asked_for, decide, steps, tier_thresholds
from guanxi.warehouse.rules.sql import compiled
from guanxi.warehouse.rules.versions import Release, Ruling, Version, ruling_of, rulings, shipped

__all__ = [
    "BOOKS",
    "Answer",
    "Book",
    "Finding",
    "Release",
    "RuleError",
    "Ruling",
    "Version",
    "asked_for",
    "checked",
    "compiled",
    "decide",
    "findings",
    "ruling_of",
    "rulings",
    "shipped",
    "steps",
    "tier_thresholds",
]
