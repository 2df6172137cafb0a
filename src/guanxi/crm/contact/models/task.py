"""What is to be done, by whom, until when."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.about import CUSTOMER
from guanxi.crm.contact.codes import Priority, TaskSource, TaskState
from guanxi.crm.contact.models.activity import PATHS, PROSPECT, STAFF, Activity
from guanxi.crm.kernel.scope import ScopedManager
from guanxi.crm.party.models import Party
from guanxi.crm.sales.models import Lead


class Task(models.Model):
    """Grain: one row a thing to do. ``due_on`` is the last day on which it is in time, in the bank's time zone.

    ``staff`` is who does it. ``follows``: it goes with the customer or prospect: whoever looks after them has it. While
    ``snoozed_until`` lies ahead, it is not shown among what is to be done. ``activity`` is what it came from: a promise
    and a follow-up have one. ``lead``, ``key`` and ``version`` as with :class:`Activity`.
    """

    scope_paths: ClassVar = PATHS

    key = models.UUIDField(editable=False)
    party = models.ForeignKey(
        Party,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("customer"),
    )
    lead = models.ForeignKey(Lead, **PROSPECT)
    about_kind = models.CharField(_("about"), max_length=24, default=CUSTOMER)
    about_id = models.CharField(_("number of what it is about"), max_length=40, default="", blank=True)
    title = models.CharField(_("what"), max_length=200)
    text = models.TextField(_("details"), max_length=2_000, default="", blank=True)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("who"), **STAFF)
    follows = models.BooleanField(_("goes with the customer"), default=False)
    due_on = models.DateField(_("due"))
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    source = models.CharField(_("source"), max_length=12, choices=TaskSource.choices, default=TaskSource.HAND)
    state = models.CharField(_("state"), max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    snoozed_until = models.DateField(_("snoozed until"), null=True, blank=True)
    activity = models.ForeignKey(
        Activity, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("came from")
    )
    done_at = models.DateTimeField(_("finished"), null=True, blank=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, verbose_name=_("finished by"), **STAFF)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, verbose_name=_("made by"), **STAFF)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes: ClassVar = [
            models.Index(
                fields=["staff", "due_on", "id"], condition=models.Q(state=TaskState.OPEN), name="task_open_staff"
            ),
            models.Index(
                fields=["party", "due_on", "id"], condition=models.Q(state=TaskState.OPEN), name="task_open_party"
            ),
            models.Index(fields=["lead", "due_on", "id"], condition=models.Q(lead__isnull=False), name="task_lead"),
            models.Index(fields=["due_on", "id"], condition=models.Q(state=TaskState.OPEN), name="task_open_due"),
            models.Index(
                fields=["done_by", "-done_at"], condition=~models.Q(state=TaskState.OPEN), name="task_finished"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["made_by", "key"], name="task_once"),
            models.CheckConstraint(
                condition=models.Q(state=TaskState.OPEN, done_at__isnull=True)
                | ~models.Q(state=TaskState.OPEN) & models.Q(done_at__isnull=False),
                name="task_finished_at_a_time",
                violation_error_message=_("A task is finished at some time, an open one is not."),
            ),
            models.CheckConstraint(
                condition=models.Q(follows=False) | models.Q(party__isnull=False) | models.Q(lead__isnull=False),
                name="task_follows_somebody",
                violation_error_message=_("Only a task about a customer or a prospect goes with them."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state == TaskState.OPEN


class TaskEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        Task,
        pghistory.UpdateEvent(row=pghistory.Old),
        pghistory.DeleteEvent(row=pghistory.Old),
        obj_field=pghistory.ObjForeignKey(related_name="history"),
    )
):
    """Grain: one row a change of a task: what stood there before it. Written by triggers, scoped as the task."""

    scope_paths: ClassVar = PATHS

    objects = ScopedManager()

    class Meta:
        verbose_name = _("change of a task")
        verbose_name_plural = _("changes of tasks")
