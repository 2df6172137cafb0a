"""Calendars: one's own by day, week and month, the team's week, appointments, invitations, rooms and cars."""
