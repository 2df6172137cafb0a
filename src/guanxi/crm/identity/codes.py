"""The words of one customer, one number: what is said of two records, where a pair stands, how a number came to be."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verdict(models.TextChoices):
    """What somebody says of two records."""

    SAME = "same", _("The same")
    DIFFERENT = "different", _("Not the same")
    ASK = "ask", _("Asked somebody")


class Zone(models.TextChoices):
    """What the night did with a pair."""

    MERGED = "merged", _("Merged by itself")
    STEWARD = "steward", _("For the steward")


class Reason(models.TextChoices):
    """Why a pair that is probable enough was not merged by itself."""

    NONE = "", _("Between the thresholds")
    LIMIT = "limit", _("Would make a party of too many records")
    CONTRADICTION = "contradiction", _("Contradicts a strong identifier")


class Cause(models.TextChoices):
    """What made one number stand for another."""

    NIGHT = "night", _("By the night")
    STEWARD = "steward", _("By a steward")
    FILE = "file", _("By a file")
    SPLIT = "split", _("By a split")


class Action(models.TextChoices):
    """What a merge did to rows of one table."""

    MOVED = "moved", _("Moved")
    CHANGED = "changed", _("Changed")
    REMOVED = "removed", _("Put aside")
    ADDED = "added", _("Added")


class FileState(models.TextChoices):
    """How far a file of merges is."""

    CHECKED = "checked", _("Checked")
    APPLYING = "applying", _("Being carried out")
    APPLIED = "applied", _("Applied")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Undone")


class Outcome(models.TextChoices):
    """What became of a line of a file."""

    READY = "ready", _("Ready")
    WRONG = "wrong", _("Wrong")
    NOTHING = "nothing", _("Nothing to do")
    DONE = "done", _("Done")
    UNDONE = "undone", _("Undone")


class Problem(models.TextChoices):
    """What is wrong with a field of a record."""

    MISSING = "missing", _("Missing")
    INVALID = "invalid", _("Not valid")
