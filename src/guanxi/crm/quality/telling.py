"""Tells whoever started the night's job how it ended."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from guanxi.crm.notices.kinds import Kind, Way, register
from guanxi.crm.notices.models import Mail
from guanxi.crm.notices.services import notify
from guanxi.crm.quality.models import NightRequest

FINISHED = register(
    Kind(
        name="night_finished",
        title=_("The night's job has ended"),
        icon="moon-stars",
        words=lambda facts: str(
            _("The night's job that you started is done")
            if facts["status"] == NightRequest.Status.DONE
            else _("The night's job that you started has failed")
        ),
        plain=_("The night's job that you started has ended."),
        place="runs",
        way=Way(mail=Mail.NOW, push=True),
    )
)


def tell_of_night(request: NightRequest) -> None:
    """Tells who started it that a start of the night's job has ended."""
    notify(to=[request.asked_by_id], kind=FINISHED, facts={"status": request.status}, key=str(request.pk))  # type: ignore[attr-defined]
