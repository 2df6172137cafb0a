"""The nights' runs: the list, one run with live progress, and starting the night's job."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from guanxi.crm.quality.queries.night import night_state, replay_plan
from guanxi.crm.quality.queries.runs import list_runs, run_page
from guanxi.crm.quality.rights import may_mend
from guanxi.crm.quality.services import NightBusyError, NothingToReplayError, close_lost_requests, start_night
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.quality.guards import acts
from guanxi.crm.web.request import StaffRequest

# htmx goes on asking while it gets 200; this status says that nothing will change any more.
STOP_ASKING = 286


@only_for(Area.RUNS)
def runs(request: StaffRequest) -> HttpResponse:
    """The runs, newest first, under the state of the night's job; asked for again while a job is at work."""
    close_lost_requests()
    state = night_state()
    context = {
        "state": state,
        "page": list_runs(after=request.GET.get("after", "")),
        "may_mend": may_mend(request.roles),
    }
    if request.is_partial:
        return render(request, "web/quality/runs.html#part", context, status=200 if state.busy else STOP_ASKING)
    return render(request, "web/quality/runs.html", context)


@only_for(Area.RUNS)
def run(request: StaffRequest, run_id: str) -> HttpResponse:
    """One run; its part is asked for again every two seconds until it has finished."""
    page = run_page(run_id)
    if page is None:
        raise Http404
    state = None if page.finished else night_state()
    over = page.finished or bool(state and state.abandoned and state.running == run_id)
    context = {"run": page, "abandoned": over and not page.finished, "over": over, "may_mend": may_mend(request.roles)}
    if request.is_partial:
        return render(request, "web/quality/run.html#part", context, status=STOP_ASKING if over else 200)
    return render(request, "web/quality/run.html", context)


@acts(Area.RUNS)
def start(request: StaffRequest) -> HttpResponse:
    """Starts the night's job, or says why not."""
    replay = "replay" in request.POST
    try:
        start_night(staff=request.user, replay=replay)
    except NightBusyError as busy:
        messages.error(request, str(busy))
    except NothingToReplayError:
        messages.error(request, _("No mended row waits, so there is nothing to run again."))
    return redirect("quarantine-replay" if replay else "runs")


@only_for(Area.QUARANTINE)
def replay(request: StaffRequest) -> HttpResponse:
    """What a replay would run again, in numbers; while it runs, how far it is."""
    close_lost_requests()
    state = night_state()
    context = {"state": state, "plan": replay_plan(), "may_mend": may_mend(request.roles)}
    if request.is_partial:
        return render(request, "web/quality/replay.html#part", context, status=200 if state.busy else STOP_ASKING)
    return render(request, "web/quality/replay.html", context)
