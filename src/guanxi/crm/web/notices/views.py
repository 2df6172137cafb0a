"""The centre, its rows, and how one wishes to be told."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from guanxi.crm.notices import mail, push
from guanxi.crm.notices.devices import devices_of
from guanxi.crm.notices.kinds import Way, registered
from guanxi.crm.notices.models import Mail, Notice
from guanxi.crm.notices.queries import newest_unread, notices_of, one_notice, pulse_of, wishes_of
from guanxi.crm.notices.services import forget_hidden, mark_read, mark_unread, mark_unread_at, set_wishes
from guanxi.crm.web.notices.words import lines, reader
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest

LARGEST = 2**63 - 1


@require_safe
def notices(request: StaffRequest) -> HttpResponse:
    """What one was told, the newest first."""
    known = {kind.name: kind for kind in registered()}
    kinds = [name for name in request.GET.getlist("kind") if name in known]
    unread = request.GET.get("unread") == "1"
    me = reader(request)
    forget_hidden(me)
    page = notices_of(me, kinds=kinds, unread=unread, before=_number(request.GET.get("before", "")))
    context: dict[str, Any] = {
        "lines": lines(request, page.rows),
        "before": page.before,
        "later": "before" in request.GET,
        "kinds": [(kind, kind.name in kinds) for kind in registered()],
        "chosen": kinds,
        "only_unread": unread,
        "unread": pulse_of(request.user.pk).unread,
        "here": request.get_full_path(),
    }
    return render(request, "web/notices/notices.html", context)


def _number(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None
    return number if number is None or number <= LARGEST else None


@require_safe
def notice(request: StaffRequest, notice_id: int) -> HttpResponseBase:
    """Opens one: it is read by that, and its record is shown."""
    try:
        found = one_notice(reader(request), notice_id) if notice_id <= LARGEST else None
    except Notice.DoesNotExist:
        found = None
    if found is None:
        raise Http404
    mark_read(staff_id=request.user.pk, notices=[notice_id])
    return HttpResponseRedirect(found.kind.address(found.notice) or own_path("", default="/notices/"))


@require_safe
def latest(request: StaffRequest) -> HttpResponse:
    """What came since a number, as it pops up."""
    me = reader(request)
    forget_hidden(me)
    found = newest_unread(me, after=_number(request.GET.get("after", "")) or 0)
    return render(request, "web/notices/notices.html#toasts", {"lines": lines(request, found)})


@require_POST
def read(request: StaffRequest) -> HttpResponseBase:
    """Marks those chosen as read, or all, with the way back."""
    wanted = None if "all" in request.POST else _chosen(request)
    done = mark_read(staff_id=request.user.pk, notices=wanted)
    if done.notices:
        count = len(done.notices)
        words = ngettext("%(number)s notification is read.", "%(number)s notifications are read.", count)
        messages.success(request, words % {"number": count}, extra_tags=f"unread|{done.at.isoformat()}")
    return HttpResponseRedirect(_back(request))


@require_POST
def unread(request: StaffRequest) -> HttpResponseBase:
    """Marks as unread again: those chosen, or what was marked together at a moment."""
    moment = _moment(request.POST.get("at", ""))
    if moment is not None:
        count = mark_unread_at(staff_id=request.user.pk, at=moment)
    else:
        count = mark_unread(staff_id=request.user.pk, notices=_chosen(request))
    words = ngettext("%(number)s notification is unread again.", "%(number)s notifications are unread again.", count)
    messages.info(request, words % {"number": count})
    return HttpResponseRedirect(_back(request))


def _chosen(request: HttpRequest) -> list[int]:
    numbers = (_number(text) for text in request.POST.getlist("notice"))
    return [number for number in numbers if number is not None]


def _back(request: HttpRequest) -> str:
    return own_path(request.POST.get("next", ""), default="/notices/")


def _moment(text: str) -> datetime.datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None


def wishes(request: StaffRequest) -> HttpResponseBase:
    """How one is told of each kind: in the page, by e-mail, on one's devices."""
    if request.method == "POST":
        chosen = {kind.name: _way(request, kind.name) for kind in registered()}
        set_wishes(staff_id=request.user.pk, wishes=chosen)
        messages.success(request, _("Saved."))
        return redirect("notices-wishes")
    context: dict[str, Any] = {
        "wishes": wishes_of(request.user.pk),
        "mails": Mail.choices,
        "mail_on": mail.is_on(),
        "address": request.user.email,
        "push_on": push.is_on(),
        "push_key": push.public_key() if push.is_on() else "",
        "devices": devices_of(request.user),
    }
    return render(request, "web/notices/wishes.html", context)


def _way(request: HttpRequest, kind: str) -> Way:
    by_mail = request.POST.get(f"mail-{kind}", "")
    return Way(
        page=f"page-{kind}" in request.POST,
        mail=by_mail if by_mail in Mail.values else Mail.OFF,
        push=f"push-{kind}" in request.POST,
    )
