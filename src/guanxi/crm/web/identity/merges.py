"""What was decided and merged; taking a verdict back, and a merge with what came since."""

from __future__ import annotations

from collections import defaultdict

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from guanxi.crm.identity.merging import BusyError, MergeError
from guanxi.crm.identity.models import Decision, Merge
from guanxi.crm.identity.previewing import parting_of
from guanxi.crm.identity.services import NotThereError, take_back_merge, withdraw
from guanxi.crm.org.queries import staff_names
from guanxi.crm.web.access import Area, only_for
from guanxi.crm.web.identity.pairs import asker
from guanxi.crm.web.request import StaffRequest

A_PAGE = 100


@only_for(Area.IDENTITY)
def verdicts(request: StaffRequest) -> HttpResponse:
    """The latest verdicts and merges within the scope, each with what takes it back."""
    names = staff_names(request.display.version)
    said = Decision.objects.visible_to(request.scope).order_by("-at", "-id")
    made = Merge.objects.visible_to(request.scope).select_related("party").order_by("-at", "-id")
    before = request.GET.get("before", "")
    if before.isdigit():
        said = said.filter(pk__lt=int(before))
    rows = list(said[: A_PAGE + 1])
    context = {
        "verdicts": [(one, names.get(one.by_id or "", one.by_id or "")) for one in rows[:A_PAGE]],
        "before": rows[A_PAGE - 1].pk if len(rows) > A_PAGE else "",
        "merges": [(one, names.get(one.by_id or "", one.by_id or "")) for one in made[:A_PAGE]] if not before else [],
    }
    return render(request, "web/identity/verdicts.html", context)


@only_for(Area.IDENTITY)
@require_http_methods(["GET", "POST"])
def take_back(request: StaffRequest, decision_id: int) -> HttpResponseBase:
    """Takes a verdict back: at once, unless something came since that is to be shared out."""
    said = Decision.objects.visible_to(request.scope).filter(pk=decision_id, withdrawn_at__isnull=True).first()
    if said is None:
        raise Http404
    made = Merge.objects.filter(decision=said.pk, undone_at__isnull=True).first()
    if made is not None and parting_of(made).later:
        return redirect("identity-merge", made.pk)
    if request.method != "POST":
        return render(request, "web/identity/take_back.html", {"verdict": said, "merge": made})
    try:
        withdraw(asker=asker(request), decision_id=decision_id)
    except NotThereError:
        raise Http404 from None
    except (BusyError, MergeError) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Taken back."))
    return redirect("identity-pair", said.left_record, said.right_record)


@only_for(Area.IDENTITY)
def merge(request: StaffRequest, merge_id: int) -> HttpResponseBase:
    """One merge: what it moved, what came since; and the form that makes two of one again."""
    made = Merge.objects.visible_to(request.scope).select_related("party").filter(pk=merge_id).first()
    if made is None:
        raise Http404
    problem = ""
    if request.method == "POST" and made.undone_at is None:
        back: dict[str, list[str]] = defaultdict(list)
        for chosen in request.POST.getlist("back"):
            table, _tilde, key = chosen.partition("~")
            back[table].append(key)
        try:
            take_back_merge(
                asker=asker(request),
                merge_id=merge_id,
                reason=request.POST.get("reason", "")[:200],
                different=request.POST.get("different") == "1",
                back=back,
            )
        except NotThereError:
            raise Http404 from None
        except (BusyError, MergeError) as refused:
            problem = str(refused)
        else:
            messages.success(request, _("Two customers again: %(kept)s and %(gone)s.") % {
                "kept": made.kept, "gone": made.gone
            })  # fmt: skip
            return redirect("identity-merge", merge_id)
    names = staff_names(request.display.version)
    context = {
        "merge": made,
        "by": names.get(made.by_id or "", made.by_id or ""),
        "parting": parting_of(made) if made.undone_at is None else None,
        "problem": problem,
        "different": made.cause == "night",
    }
    return render(request, "web/identity/merge.html", context, status=409 if problem else 200)
