"""Versions of the rules that decide tiers and alerts, and which of them each night went by."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

STAFF = {"on_delete": models.DO_NOTHING, "db_constraint": False, "db_index": False, "related_name": "+"}


class Book(models.TextChoices):
    """What is decided by rules; ``guanxi.warehouse.rules.books`` says what each asks and answers."""

    TIER = "tier", _("Tier of a customer")
    FLOW = "flow", _("Large flows")
    ALERT = "alert", _("What the morning list tells of")


class State(models.TextChoices):
    """Where a version stands on its way."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Waits for approval")
    RELEASED = "released", _("Released")
    REFUSED = "refused", _("Sent back")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Part(models.TextChoices):
    """About whom a released version decides."""

    CHAMPION = "champion", _("All customers")
    CHALLENGER = "challenger", _("A share of the customers, on trial")


# Which columns each step of a version may write, whoever writes: a page, a program, SQL. All others stay as they are.
_STEPS = """
may := CASE OLD.state || ' ' || NEW.state
    WHEN 'draft draft' THEN '{content,changed_at,simulation,simulated_on}'
    WHEN 'draft submitted' THEN '{state,submitted_at,reason,role,share,effective_from}'
    WHEN 'submitted released' THEN '{state,decided_by_id,decided_at,note,effective_from}'
    WHEN 'submitted refused' THEN '{state,decided_by_id,decided_at,note,effective_from}'
    WHEN 'draft withdrawn' THEN '{state,withdrawn_by_id,withdrawn_at}'
    WHEN 'submitted withdrawn' THEN '{state,withdrawn_by_id,withdrawn_at}'
    WHEN 'released withdrawn' THEN '{state,withdrawn_by_id,withdrawn_at,effective_until}'
    ELSE '{}'
END;
IF to_jsonb(NEW) - may IS DISTINCT FROM to_jsonb(OLD) - may THEN
    RAISE EXCEPTION 'rules that were sent stay as they are (version %, % to %)', OLD.id, OLD.state, NEW.state;
END IF;
RETURN NEW;
"""


class RuleVersion(models.Model):
    """Grain: one row a version of a book's rules. ``content`` is GoRules' JSON (JDM), and stays what was sent for
    approval. It decides from the night of ``effective_from`` on, until a newer one does; one that was withdrawn decided
    the nights before ``effective_until``, and does so again when they are redone.

    ``share`` is the percentage of the customers about whom a challenger decides. ``simulation`` is what it would have
    changed in the night of ``simulated_on``, in counts.
    """

    book = models.CharField(_("rules"), max_length=16, choices=Book.choices)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.DRAFT)
    role = models.CharField(_("decides about"), max_length=16, choices=Part.choices, default=Part.CHAMPION)
    share = models.SmallIntegerField(_("share, percent"), default=100)
    content = models.TextField(_("rules"))
    reason = models.CharField(_("reason"), max_length=300, default="")
    effective_from = models.DateField(_("decides from"), null=True)
    effective_until = models.DateField(_("decides no longer from"), null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("drafted by"), **STAFF)
    made_by_id: str
    made_at = models.DateTimeField(_("drafted"), default=timezone.now)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)
    submitted_at = models.DateTimeField(_("sent for approval"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("decided by"), **STAFF)
    decided_by_id: str | None
    decided_at = models.DateTimeField(_("decided"), null=True)
    note = models.CharField(_("note"), max_length=300, default="")
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("withdrawn by"), **STAFF)
    withdrawn_by_id: str | None
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    simulation = models.JSONField(_("what it would change"), default=dict)
    simulated_on = models.DateField(_("simulated on"), null=True)

    class Meta:
        db_table = "rulings_version"
        verbose_name = _("version of rules")
        verbose_name_plural = _("versions of rules")
        indexes: ClassVar = [models.Index(fields=["book", "-id"], name="rulings_version_book")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("made_by")),
                name="rulings_two_persons",
                violation_error_message=_("Whoever drafted rules cannot approve them."),
            ),
            models.CheckConstraint(
                condition=~models.Q(state="released")
                | (models.Q(decided_by__isnull=False) & models.Q(effective_from__isnull=False)),
                name="rulings_released_by_somebody",
                violation_error_message=_("Released rules name who approved them and from when they decide."),
            ),
            models.CheckConstraint(
                condition=models.Q(share__gte=1, share__lte=100),
                name="rulings_share",
                violation_error_message=_("The share lies between 1 and 100 percent."),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="sent_rules_stay",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                declare=[("may", "text[]")],
                func=_STEPS,
            ),
            pgtrigger.Protect(
                name="rules_begin_as_drafts", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="draft")
            ),
            pgtrigger.Protect(name="rules_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.book} v{self.pk}"


class RuleNight(models.Model):
    """Grain: one row a business date, book and version that decided in that night; written by the night's job.

    ``content`` is what the version said, so that decisions by files and by what once shipped can be explained too.
    """

    pk = models.CompositePrimaryKey("business_date", "book", "label")
    business_date = models.DateField(_("business date"))
    book = models.CharField(_("rules"), max_length=16, choices=Book.choices)
    label = models.CharField(_("version"), max_length=32)
    share = models.SmallIntegerField(_("share, percent"))
    content = models.TextField(_("rules"))

    class Meta:
        db_table = "rulings_night"
        verbose_name = _("rules of a night")
        verbose_name_plural = _("rules of nights")
        indexes: ClassVar = [models.Index(fields=["label", "-business_date"], name="rulings_night_label")]
