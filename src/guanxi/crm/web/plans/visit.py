"""What came of a planned visit, meeting or call: recorded from the plan, with where the phone was, if it is asked."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from guanxi.crm.contact.activity_queries import setup_of
from guanxi.crm.contact.calendar_services import may_change
from guanxi.crm.contact.codes import ActivityKind
from guanxi.crm.contact.errors import WorkError
from guanxi.crm.contact.models import WITH_SOMEBODY, Appointment
from guanxi.crm.contact.plan_services import KEPT_AS, record_visit
from guanxi.crm.kernel.verbs import Verb
from guanxi.crm.party.models import Party
from guanxi.crm.sales.models import Lead
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.contact.activities import record_page
from guanxi.crm.web.contact.drafts import drafted
from guanxi.crm.web.contact.forms import RecordForm
from guanxi.crm.web.contact.whom import customer, prospect, recording
from guanxi.crm.web.plans.periods import DAY_VIEW, period_of
from guanxi.crm.web.plans.plan import address_of
from guanxi.crm.web.redirects import own_path
from guanxi.crm.web.request import StaffRequest


@only_for(Area.WORK)
@drafted
def record(request: StaffRequest, appointment_id: int) -> HttpResponseBase:
    """Records what came of it, with promise and next step, and that it was held."""
    rows = Appointment.objects.visible_to(request.scope).filter(WITH_SOMEBODY)
    row = rows.filter(pk=appointment_id).first()
    if row is None:
        raise Http404
    whom = recording(customer(request, row.party_id) if row.party_id else prospect(request, row.lead_id))
    within = Appointment.objects.visible_to(request.scopes[Verb.EDIT]).filter(may_change(request.user.id))
    if not within.filter(pk=appointment_id).exists():
        raise PermissionDenied(Area.WORK)
    kind = ActivityKind(row.kind) if row.kind in KEPT_AS else ActivityKind.MEETING
    setup = setup_of(kind)
    day = timezone.localtime(row.starts_at).date()
    back = address_of(period_of(DAY_VIEW, day), day)
    if request.method != "POST":
        form = RecordForm.fresh(kind=kind, setup=setup)
        return record_page(request, whom, kind, form, back=back, planned=row)
    form = RecordForm(request.POST, kind=kind, setup=setup)
    if not form.is_valid():
        return record_page(request, whom, kind, form, back=back, planned=row)
    try:
        record_visit(
            scope=request.scopes[Verb.EDIT],
            by=request.user.id,
            appointment_id=appointment_id,
            lead_id=row.lead_id,
            key=form.cleaned_data["key"],
            entered=form.entered(),
            place=form.place(),
            promise=form.promised(),
            follow_up=form.following(),
        )
    except WorkError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return record_page(request, whom, kind, form, back=back, planned=row)
    except (Appointment.DoesNotExist, Party.DoesNotExist, Lead.DoesNotExist):
        # Given to somebody else since the page looked.
        raise Http404 from None
    messages.success(request, _("Recorded."))
    return HttpResponseRedirect(own_path(request.POST.get("next", ""), default=back))
