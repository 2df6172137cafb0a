"""A line that has not the columns of its contract."""

from __future__ import annotations


class BrokenLine(ValueError):
    """The text says what is wrong with the line, in words that follow "the line"."""


def wrong_count(found: int, expected: int) -> BrokenLine:
    """The usual complaint: another number of columns than the contract has."""
    return BrokenLine(f"has {found} columns where the contract has {expected}")
