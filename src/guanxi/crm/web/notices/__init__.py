"""Notifications as people meet them: the bell, the centre, how one is told."""
