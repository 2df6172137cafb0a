"""What an officer does to a case: each act reads its part of the form and says what it did."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guanxi.crm.consent import case_services as cases
from guanxi.crm.consent.codes import LimitKind
from guanxi.crm.consent.corrections import notice_arrivals, pass_on, propose_correction
from guanxi.crm.consent.erasure import erase
from guanxi.crm.consent.models import RightsCase
from guanxi.crm.consent.package import ask_package
from guanxi.crm.web.request import StaffRequest

Act = Callable[[StaffRequest, RightsCase], str]


def _take(request: StaffRequest, case: RightsCase) -> str:
    cases.take_case(case_id=case.pk, staff_id=request.user.id)
    return _("You work on this request now.")


def _note(request: StaffRequest, case: RightsCase) -> str:
    cases.note_case(case_id=case.pk, staff_id=request.user.id, note=request.POST.get("note", "")[:2_000])
    return _("Noted.")


def _wait(request: StaffRequest, case: RightsCase) -> str:
    cases.wait_for_customer(case_id=case.pk, staff_id=request.user.id, note=request.POST.get("note", "")[:2_000])
    return _("The request waits for the customer. The deadline runs on.")


def _resume(request: StaffRequest, case: RightsCase) -> str:
    cases.resume_case(case_id=case.pk, staff_id=request.user.id)
    return _("The request is in work again.")


def _extend(request: StaffRequest, case: RightsCase) -> str:
    days = request.POST.get("days", "")
    cases.extend_case(
        case_id=case.pk,
        staff_id=request.user.id,
        days=int(days) if days.isdecimal() and len(days) < 4 else 0,
        reason=request.POST.get("reason", "")[:2_000],
    )
    return _("The deadline is moved. Tell the customer the reason.")


def _close(request: StaffRequest, case: RightsCase) -> str:
    cases.close_case(
        case_id=case.pk,
        staff_id=request.user.id,
        status=request.POST.get("status", ""),
        outcome=request.POST.get("outcome", "")[:4_000],
    )
    return _("The request is closed.")


def _package(request: StaffRequest, case: RightsCase) -> str:
    ask_package(case_id=case.pk, staff_id=request.user.id)
    return _("The data are being gathered.")


def _propose(request: StaffRequest, case: RightsCase) -> str:
    propose_correction(
        case_id=case.pk,
        staff_id=request.user.id,
        field=request.POST.get("field", ""),
        new_value=request.POST.get("new_value", "")[:300],
    )
    return _("The correction is proposed.")


def _pass_on(request: StaffRequest, case: RightsCase) -> str:
    many = pass_on(case_id=case.pk, staff_id=request.user.id, note=request.POST.get("note", "")[:2_000])
    return ngettext("%(many)s correction is passed on.", "%(many)s corrections are passed on.", many) % {"many": many}


def _look(_request: StaffRequest, _case: RightsCase) -> str:
    many = notice_arrivals(today=timezone.localdate())
    if not many:
        return _("No correction has arrived since.")
    return ngettext("%(many)s correction has arrived.", "%(many)s corrections have arrived.", many) % {"many": many}


def _restrict(request: StaffRequest, case: RightsCase) -> str:
    cases.restrict_use(case_id=case.pk, staff_id=request.user.id, reason=request.POST.get("reason", "")[:300])
    return _("The use of this customer's data is restricted from now on.")


def _lift(request: StaffRequest, case: RightsCase) -> str:
    cases.lift_restriction(case_id=case.pk, staff_id=request.user.id, reason=request.POST.get("reason", "")[:300])
    return _("The restriction is lifted.")


def _withdraw(request: StaffRequest, case: RightsCase) -> str:
    cases.withdraw_all(case_id=case.pk, staff_id=request.user.id)
    return _("Every consent of this customer is withdrawn.")


def _erase(request: StaffRequest, case: RightsCase) -> str:
    if request.POST.get("sure") != "1":
        raise cases.CaseError(_("Tick that you have read what goes and what stays."))
    limit = erase(case_id=case.pk, staff_id=request.user.id)
    if limit.kind == LimitKind.ERASURE:
        return _("The customer is in the register of erasures.")
    return _("Consents are withdrawn and uses stopped; the rest is kept while the relationship lasts.")


ACTS: dict[str, Act] = {
    "take": _take,
    "note": _note,
    "wait": _wait,
    "resume": _resume,
    "extend": _extend,
    "close": _close,
    "package": _package,
    "propose": _propose,
    "pass-on": _pass_on,
    "look": _look,
    "restrict": _restrict,
    "lift": _lift,
    "withdraw": _withdraw,
    "erase": _erase,
}
