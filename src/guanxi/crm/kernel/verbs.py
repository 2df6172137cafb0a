"""What may be done with a record that is within somebody's scope; every verb has a scope of its own."""

from __future__ import annotations

from enum import StrEnum


class Verb(StrEnum):
    """What somebody wants to do with a record."""

    SEE = "see"
    EDIT = "edit"
    ASSIGN = "assign"
    EXPORT = "export"
    REVEAL = "reveal"
    APPROVE = "approve"
