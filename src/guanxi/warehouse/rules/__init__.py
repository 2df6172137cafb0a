"""Decision tables and graphs (GoRules JDM): read, checked, compiled to SQL for a whole bank, asked one at a time."""

from guanxi.warehouse.rules.books import BOOKS, Book
from guanxi.warehouse.rules.check import checked, findings
from guanxi.warehouse.rules.findings import Finding, RuleError
from guanxi.warehouse.rules.single import Answer, asked_for, decide, steps, tier_thresholds
from guanxi.warehouse.rules.sql import compiled
from guanxi.warehouse.rules.versions import Ruling, Version, rulings, shipped

__all__ = [
    "BOOKS",
    "Answer",
    "Book",
    "Finding",
    "RuleError",
    "Ruling",
    "Version",
    "asked_for",
    "checked",
    "compiled",
    "decide",
    "findings",
    "rulings",
    "shipped",
    "steps",
    "tier_thresholds",
]
