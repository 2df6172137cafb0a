"""The forms of activities and tasks."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.contact.activity_queries import Setup
from guanxi.crm.contact.activity_services import Entered, Next, Place
from guanxi.crm.contact.codes import TWO_WAYS, ActivityKind, Priority
from guanxi.crm.contact.models import Activity, Task
from guanxi.crm.workdays.queries import working_calendar

# A next step without a day is due after so many working days, unless the outcome says otherwise.
USUAL_DAYS = 5
MOMENT = "%Y-%m-%dT%H:%M"


def line(**more: Any) -> forms.TextInput:
    """A line of text."""
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **more})


def date_input() -> forms.DateInput:
    """A day, by the browser's own calendar."""
    return forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")


class EnteredForm(forms.Form):
    """What is said about an activity, when it is recorded and when it is changed."""

    outcome = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What was said"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
    )
    with_whom = forms.CharField(
        label=_("With whom"), required=False, max_length=120, widget=line(placeholder=_("Name and position"))
    )
    at = forms.DateTimeField(
        label=_("When"),
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(attrs={"class": "form-control", "type": "datetime-local"}, format=MOMENT),
    )
    minutes = forms.IntegerField(
        label=_("Minutes"),
        required=False,
        min_value=0,
        max_value=1_440,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric", "min": "0", "max": "1440"}),
    )
    inbound = forms.BooleanField(
        label=_("The customer began it"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, kind: str, setup: Setup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setup = setup
        if kind not in TWO_WAYS:
            del self.fields["inbound"]
        if kind in (ActivityKind.NOTE, ActivityKind.OTHER):
            self.fields["text"].label = _("Text")
            self.fields["text"].required = True
        if kind == ActivityKind.NOTE:
            del self.fields["with_whom"], self.fields["minutes"]

    def entered(self) -> Entered:
        """What was entered, as the services take it."""
        found = self.cleaned_data
        return Entered(
            at=found["at"],
            minutes=found.get("minutes"),
            with_whom=found.get("with_whom", ""),
            outcome_id=found.get("outcome"),
            text=found["text"],
            inbound=found.get("inbound", False),
        )


class RecordForm(EnteredForm):
    """A new activity, with what comes of it. ``key`` makes that it is recorded once, however often it is sent."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    latitude = forms.DecimalField(required=False, min_value=-90, max_value=90, widget=forms.HiddenInput)
    longitude = forms.DecimalField(required=False, min_value=-180, max_value=180, widget=forms.HiddenInput)
    accuracy = forms.FloatField(required=False, min_value=0, widget=forms.HiddenInput)
    promise = forms.CharField(
        label=_("Promised to the customer"),
        required=False,
        max_length=200,
        widget=line(placeholder=_("What you will do or bring")),
    )
    promise_on = forms.DateField(label=_("Promised until"), required=False, widget=date_input())
    follow_up = forms.CharField(
        label=_("Next step"), required=False, max_length=200, widget=line(placeholder=_("Such as: call again"))
    )
    follow_up_on = forms.DateField(
        label=_("Next step until"),
        required=False,
        widget=date_input(),
        help_text=_("Empty: as the outcome suggests, else in five working days."),
    )

    @classmethod
    def fresh(cls, *, kind: str, setup: Setup) -> RecordForm:
        """The form as it is shown first: now, with a key of its own."""
        now = timezone.localtime().replace(second=0, microsecond=0)
        minutes = setup.minutes
        return cls(kind=kind, setup=setup, initial={"key": uuid4(), "at": now, "minutes": minutes})

    def clean(self) -> dict[str, Any]:
        """A promise has its day; a day belongs to something."""
        found = super().clean() or {}
        if found.get("promise") and not found.get("promise_on") and "promise_on" not in self.errors:
            self.add_error("promise_on", _("Say until when."))
        if found.get("promise_on") and not found.get("promise"):
            self.add_error("promise", _("Say what was promised."))
        if found.get("follow_up_on") and not found.get("follow_up"):
            self.add_error("follow_up", _("Say what the next step is."))
        today = timezone.localdate()
        for name in ("promise_on", "follow_up_on"):
            day: datetime.date | None = found.get(name)
            if day and day < today:
                self.add_error(name, _("The day lies in the past."))
        return found

    def place(self) -> Place | None:
        """Where the phone says it was; None where it does not."""
        found = self.cleaned_data
        latitude, longitude = found.get("latitude"), found.get("longitude")
        if latitude is None or longitude is None:
            return None
        step = Decimal("0.00001")
        accuracy = found.get("accuracy")
        return Place(
            latitude=latitude.quantize(step),
            longitude=longitude.quantize(step),
            accuracy=None if accuracy is None else min(round(accuracy), 1_000_000),
        )

    def promised(self) -> Next | None:
        """What was promised."""
        found = self.cleaned_data
        if not found.get("promise"):
            return None
        return Next(title=found["promise"], due_on=found["promise_on"], priority=Priority.HIGH)

    def following(self) -> Next | None:
        """The next step."""
        found = self.cleaned_data
        if not found.get("follow_up"):
            return None
        day = found.get("follow_up_on")
        if day is None:
            chosen = next((one for one in self.setup.outcomes if one.pk == found.get("outcome")), None)
            days = chosen.follow_up_days if chosen and chosen.follow_up_days else USUAL_DAYS
            day = working_calendar().after(timezone.localdate(), days)
        return Next(title=found["follow_up"], due_on=day)


class ChangeForm(EnteredForm):
    """A change of an activity; ``version`` is the one that was seen."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    @classmethod
    def of(cls, activity: Activity, *, setup: Setup) -> ChangeForm:
        """The form filled with what stands."""
        return cls(kind=activity.kind, setup=setup, initial=values_of(activity))


def values_of(activity: Any) -> dict[str, Any]:
    """An activity as the form's values."""
    return {
        "outcome": activity.outcome_id,
        "text": activity.text,
        "with_whom": activity.with_whom,
        "at": timezone.localtime(activity.at),
        "minutes": activity.minutes,
        "inbound": activity.inbound,
        "version": activity.version,
    }


class TaskForm(forms.Form):
    """A task. ``version`` is the one that was seen, empty for a new one, which has a ``key``."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    title = forms.CharField(label=_("What is to be done"), max_length=200, widget=line())
    due_on = forms.DateField(label=_("Due"), widget=date_input())
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        choices=Priority.choices,
        coerce=int,
        initial=Priority.NORMAL,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    staff = forms.ChoiceField(
        label=_("Who does it"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    text = forms.CharField(
        label=_("More about it"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 4}),
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if people:
            self.fields["staff"].choices = people  # type: ignore[attr-defined]
        else:
            del self.fields["staff"]

    def clean_due_on(self) -> datetime.date:
        """A new task is due today or later; an old one may stay late."""
        day: datetime.date = self.cleaned_data["due_on"]
        if day < timezone.localdate() and day != self.initial.get("due_on"):
            raise forms.ValidationError(_("The day lies in the past."))
        return day


def task_values(task: Task) -> dict[str, Any]:
    """A task as the form's values."""
    return {
        "title": task.title,
        "due_on": task.due_on,
        "priority": task.priority,
        "text": task.text,
        "version": task.version,
    }
