"""The form of an appointment."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.contact.calendar_services import REMINDERS, Planned, Repeats
from guanxi.crm.contact.codes import AppointmentKind, Which
from guanxi.crm.contact.models import Appointment
from guanxi.crm.kernel.recurrence import DAY, DAYS, Holidays, RuleError, at_wall, exists, parse, wall_of, zone_of
from guanxi.crm.web.calendar.days import ZONES
from guanxi.crm.web.contact.forms import date_input, line

CHECK = {"class": "form-check-input"}
SELECT = {"class": "form-select"}
USUAL_MINUTES = 60
FIRST_HOUR, LAST_HOUR = 8, 18


def _time() -> forms.TimeInput:
    return forms.TimeInput(attrs={"class": "form-control", "type": "time", "step": "300"}, format="%H:%M")


def reminders() -> list[tuple[str, Any]]:
    """When somebody can be reminded."""
    words = {
        0: gettext_lazy("when it begins"), 5: gettext_lazy("5 minutes before"), 15: gettext_lazy("15 minutes before"),
        30: gettext_lazy("30 minutes before"), 60: gettext_lazy("an hour before"),
        120: gettext_lazy("two hours before"), 1_440: gettext_lazy("a day before"),
        2_880: gettext_lazy("two days before"),
    }  # fmt: skip
    return [("", gettext_lazy("no reminder")), *((str(one), words[one]) for one in REMINDERS)]


REPEATS = [
    ("", gettext_lazy("does not repeat")),
    ("daily", gettext_lazy("every day")),
    ("workdays", gettext_lazy("Monday to Friday")),
    ("weekly", gettext_lazy("every week on this weekday")),
    ("fortnightly", gettext_lazy("every two weeks on this weekday")),
    ("monthly", gettext_lazy("every month on this date")),
    ("monthly_weekday", gettext_lazy("every month on this weekday")),
    ("month_end", gettext_lazy("on the last day of every month")),
    ("yearly", gettext_lazy("every year on this date")),
    ("rule", gettext_lazy("by a rule (RFC 5545)")),
]
HOLIDAYS = [
    (Holidays.KEEP.value, gettext_lazy("take place all the same")),
    (Holidays.SKIP.value, gettext_lazy("are left out")),
    (Holidays.NEXT.value, gettext_lazy("move to the next working day")),
]


class AppointmentForm(forms.Form):
    """An appointment: new, or one that stands; then ``version`` is the one that was seen."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    title = forms.CharField(label=gettext_lazy("Title"), max_length=200, widget=line())
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=AppointmentKind.choices, widget=forms.Select(attrs=SELECT)
    )
    day = forms.DateField(label=gettext_lazy("Day"), widget=date_input())
    starts = forms.TimeField(label=gettext_lazy("From"), required=False, widget=_time())
    ends = forms.TimeField(label=gettext_lazy("To"), required=False, widget=_time())
    all_day = forms.BooleanField(
        label=gettext_lazy("Whole day"), required=False, widget=forms.CheckboxInput(attrs=CHECK)
    )
    last_day = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=date_input(),
        help_text=gettext_lazy("For whole days, where there are several."),
    )  # fmt: skip
    place = forms.CharField(label=gettext_lazy("Place"), required=False, max_length=200, widget=line())
    text = forms.CharField(
        label=gettext_lazy("Details"), required=False, max_length=4_000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )  # fmt: skip
    guests = forms.MultipleChoiceField(
        label=gettext_lazy("Invite"), required=False,
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": "4"}),
    )  # fmt: skip
    resources = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Rooms and cars"), required=False, coerce=int,
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": "3"}),
    )  # fmt: skip
    repeats = forms.ChoiceField(
        label=gettext_lazy("Repeats"), required=False, choices=REPEATS, widget=forms.Select(attrs=SELECT)
    )
    rule = forms.CharField(
        label=gettext_lazy("Rule"), required=False, max_length=300, widget=line(placeholder="FREQ=WEEKLY;BYDAY=MO,WE")
    )
    until = forms.DateField(
        label=gettext_lazy("Repeats until"), required=False, widget=date_input(),
        help_text=gettext_lazy("Empty: without end."),
    )  # fmt: skip
    holidays = forms.ChoiceField(
        label=gettext_lazy("On days on which the bank is closed, appointments"), required=False, choices=HOLIDAYS,
        widget=forms.Select(attrs=SELECT),
    )  # fmt: skip
    remind_minutes = forms.ChoiceField(
        label=gettext_lazy("Remind"), required=False, choices=reminders, widget=forms.Select(attrs=SELECT)
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False, widget=forms.Select(attrs=SELECT))
    private = forms.BooleanField(
        label=gettext_lazy("Private: others see only that the time is taken"), required=False,
        widget=forms.CheckboxInput(attrs=CHECK),
    )  # fmt: skip
    which = forms.ChoiceField(required=False, choices=Which.choices, widget=forms.RadioSelect)

    def __init__(
        self,
        *args: Any,
        people: list[tuple[str, str]],
        resources: list[tuple[int, str]],
        has_party: bool,
        recurring: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        zone = (self.data.get("zone") if self.is_bound else self.initial.get("zone")) or settings.TIME_ZONE
        names = dict.fromkeys((settings.TIME_ZONE, *ZONES, *([zone] if _is_zone(zone) else [])))
        self.fields["zone"].choices = [(one, one) for one in names]  # type: ignore[attr-defined]
        self.fields["guests"].choices = people  # type: ignore[attr-defined]
        self.fields["resources"].choices = resources  # type: ignore[attr-defined]
        if not resources:
            del self.fields["resources"]
        if not people:
            del self.fields["guests"]
        if not has_party:
            self.fields["kind"].choices = [one for one in AppointmentKind.choices if one[0] != AppointmentKind.VISIT]  # type: ignore[attr-defined]
        if not recurring:
            del self.fields["which"]

    def clean(self) -> dict[str, Any]:
        """Times make sense together; a rule can be read."""
        found = super().clean() or {}
        if not found.get("zone"):
            found["zone"] = settings.TIME_ZONE
        if not found.get("all_day"):
            self._clean_times(found)
        last = found.get("last_day")
        if last and found.get("day") and last < found["day"]:
            self.add_error("last_day", _("The last day lies before the first."))
        if found.get("repeats") == "rule":
            try:
                parse(found.get("rule", ""))
            except RuleError as wrong:
                self.add_error("rule", _("This rule cannot be read: %(part)s.") % {"part": wrong})
        if found.get("repeats") and found.get("until") and found.get("day") and found["until"] < found["day"]:
            self.add_error("until", _("The last day lies before the first."))
        return found

    def _clean_times(self, found: dict[str, Any]) -> None:
        starts, ends = found.get("starts"), found.get("ends")
        if starts is None and "starts" not in self.errors:
            self.add_error("starts", _("Say from when, or tick the whole day."))
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end lies before the beginning."))
        if starts and found.get("day") and not exists(datetime.datetime.combine(found["day"], starts), found["zone"]):
            self.add_error("starts", _("The clocks go forward that night: this time does not exist there."))

    def planned(self) -> Planned:
        """What was entered, as the services take it."""
        found = self.cleaned_data
        all_day = found["all_day"]
        clock = datetime.time.min if all_day else found["starts"]
        begin = datetime.datetime.combine(found["day"], clock)
        if all_day:
            minutes = ((found.get("last_day") or found["day"]) - found["day"]).days * 1_440 + 1_440
        elif found["ends"] is None:
            minutes = USUAL_MINUTES
        else:
            minutes = (datetime.datetime.combine(found["day"], found["ends"]) - begin).seconds // 60
        return Planned(
            title=found["title"],
            kind=found["kind"],
            starts_at=at_wall(begin, found["zone"]),
            minutes=minutes,
            zone=found["zone"],
            all_day=all_day,
            text=found["text"],
            place=found["place"],
            private=found["private"],
            remind_minutes=int(found["remind_minutes"]) if found["remind_minutes"] else None,
            guests=tuple(found.get("guests", ())),
            resources=tuple(found.get("resources", ())),
        )

    def repeating(self) -> Repeats | None:
        """How it recurs; None where it does not."""
        found = self.cleaned_data
        rule = rule_of(found["repeats"], found["day"], found.get("rule", ""))
        if not rule:
            return None
        if found.get("until") and "UNTIL" not in rule and "COUNT" not in rule:
            rule += f";UNTIL={found['until']:%Y%m%d}"
        return Repeats(rule=rule, holidays=Holidays(found["holidays"] or Holidays.KEEP))

    @classmethod
    def fresh(cls, day: datetime.date, clock: datetime.time | None, minutes: int, **more: Any) -> AppointmentForm:
        """The form as it is shown first: the next full hour by day, unless a time was chosen."""
        hour = timezone.localtime().hour + 1
        usual = datetime.time(hour if FIRST_HOUR <= hour <= LAST_HOUR else FIRST_HOUR + 1)
        begins = datetime.datetime.combine(day, clock or usual)
        initial = {
            "key": uuid4(), "day": day, "starts": begins.time(),
            "ends": (begins + datetime.timedelta(minutes=minutes)).time(), "zone": settings.TIME_ZONE,
            "remind_minutes": "15", "holidays": Holidays.SKIP.value, **more.pop("initial", {}),
        }  # fmt: skip
        return cls(initial=initial, **more)


def rule_of(choice: str, day: datetime.date, typed: str) -> str:
    """The rule of a choice for a first day; empty for none."""
    weekday = DAYS[day.weekday()]
    nth = "-1" if (day + 7 * DAY).month != day.month and day.day > 28 else str((day.day - 1) // 7 + 1)
    return {
        "": "",
        "daily": "FREQ=DAILY",
        "workdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "weekly": f"FREQ=WEEKLY;BYDAY={weekday}",
        "fortnightly": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}",
        "monthly": f"FREQ=MONTHLY;BYMONTHDAY={day.day}",
        "monthly_weekday": f"FREQ=MONTHLY;BYDAY={nth}{weekday}",
        "month_end": "FREQ=MONTHLY;BYMONTHDAY=-1",
        "yearly": f"FREQ=YEARLY;BYMONTH={day.month};BYMONTHDAY={day.day}",
        "rule": typed.strip().removeprefix("RRULE:").upper(),
    }.get(choice, "")


def _is_zone(name: str) -> bool:
    try:
        zone_of(name)
    except RuleError:
        return False
    return True


def values_of(row: Appointment, guests: list[str], resources: list[int]) -> dict[str, Any]:
    """An appointment as the form's values, by the clock of its own zone."""
    begin, end = wall_of(row.starts_at, row.zone), wall_of(row.ends_at, row.zone)
    series: Any = row.series
    return {
        "version": row.version,
        "title": row.title,
        "kind": row.kind,
        "day": begin.date(),
        "starts": None if row.all_day else begin.time(),
        "ends": None if row.all_day else end.time(),
        "all_day": row.all_day,
        "last_day": (end - DAY).date() if row.all_day and end - begin > DAY else None,
        "place": row.place,
        "text": row.text,
        "guests": guests,
        "resources": resources,
        "repeats": "rule" if series else "",
        "rule": series.rule if series else "",
        "holidays": series.holidays if series else Holidays.KEEP.value,
        "remind_minutes": "" if row.remind_minutes is None else str(row.remind_minutes),
        "zone": row.zone,
        "private": row.private,
        "which": Which.THIS.value,
    }
