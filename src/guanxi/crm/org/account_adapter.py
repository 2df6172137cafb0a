"""What django-allauth asks about accounts: they come with the bank's staff file, and with nothing else."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class StaffAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up, and nobody is written an e-mail about their account."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is sent."""
