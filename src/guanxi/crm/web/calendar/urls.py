"""Addresses of calendars and appointments."""

from __future__ import annotations

from django.urls import URLPattern, path

from guanxi.crm.web.calendar import appointment, feed, hours, views

urlpatterns: list[URLPattern] = [
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/entries/", views.events, name="calendar-entries"),
    path("calendar/team/", views.team_week, name="calendar-team"),
    path("calendar/new/", appointment.new, name="calendar-new"),
    path("calendar/undo/", appointment.take_back, name="calendar-undo"),
    path("calendar/hours/", hours.hours, name="calendar-hours"),
    path("calendar/hours/leave/", hours.add_leave, name="calendar-leave"),
    path("calendar/hours/leave/<int:leave_id>/end/", hours.end_leave, name="calendar-leave-end"),
    path("calendar/feed/", feed.feed, name="calendar-feed"),
    path("calendar/feed/make/", feed.make, name="calendar-feed-make"),
    path("calendar/feed/revoke/", feed.revoke, name="calendar-feed-revoke"),
    path("calendar/feed/<str:secret>.ics", feed.ics, name="calendar-ics"),
    path("calendar/import/", feed.preview, name="calendar-import"),
    path("calendar/import/take/", feed.take, name="calendar-import-take"),
    path("calendar/<int:appointment_id>/", appointment.appointment, name="appointment"),
    path("calendar/<int:appointment_id>/move/", appointment.move, name="appointment-move"),
    path("calendar/<int:appointment_id>/cancel/", appointment.cancel, name="appointment-cancel"),
    path("calendar/<int:appointment_id>/answer/", appointment.answer, name="appointment-answer"),
    path("customers/<str:party_id>/appointments/new/", appointment.new_for_customer, name="customer-appointment-new"),
    path("leads/<int:lead_id>/appointments/new/", appointment.new_for_prospect, name="lead-appointment-new"),
]
