"""A person's own tokens for the API: made for some days and some uses, shown once, ended at once."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from guanxi.crm.consent.roles import may_record
from guanxi.crm.kernel.scope import Reach
from guanxi.crm.org import tokens
from guanxi.crm.org.token_models import VERBS_OF, Ability
from guanxi.crm.web.request import StaffRequest
from guanxi.crm.web.signin import confirm
from guanxi.crm.web.signin.door import SECOND

DAYS = (7, 30, 90, 180, 365)


class TokenForm(forms.Form):
    """Name, uses and time of a new token."""

    name = forms.CharField(
        label=gettext_lazy("Name of the token"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "autofocus": True}),
        help_text=gettext_lazy("By which you will know it: the program, the machine."),
    )
    abilities = forms.MultipleChoiceField(
        label=gettext_lazy("May be used to"), widget=forms.CheckboxSelectMultiple, choices=Ability.choices
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"), coerce=int, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: object, abilities: list[Ability], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["abilities"].choices = [(one.value, one.label) for one in abilities]  # type: ignore[attr-defined]
        most = settings.API_TOKEN_DAYS
        days = sorted({*(one for one in DAYS if one < most), most})
        self.fields["days"].choices = [(one, _("%(days)s days") % {"days": one}) for one in days]  # type: ignore[attr-defined]


def offered(request: StaffRequest) -> list[Ability]:
    """The uses that the person has themselves today; what is ticked without being theirs would open nothing."""
    records = {Ability.CONSENTS_WRITE, Ability.REQUESTS_WRITE}
    return [
        ability
        for ability in Ability
        if all(request.scopes[verb].reach is not Reach.NOTHING for verb in VERBS_OF[ability])
        and (ability not in records or may_record(request.roles))
    ]


@require_GET
def tokens_page(request: StaffRequest) -> HttpResponse:
    """The person's tokens: what each may, until when, last used from where."""
    return render(request, "web/tokens.html", {"tokens": _shown(request), "days": settings.API_TOKEN_DAYS})


def _shown(request: StaffRequest) -> list[dict[str, object]]:
    now = timezone.now()
    return [
        {
            "token": one,
            "abilities": [Ability(name).label for name in one.abilities if name in Ability.values],
            "expired": one.expires_at <= now,
        }
        for one in tokens.tokens_of(request.user)
    ]


@never_cache
@confirm.required
def token_new(request: StaffRequest) -> HttpResponse:
    """Makes a token; the answer to the form is the only page that ever shows it."""
    form = TokenForm(
        request.POST or None, abilities=offered(request), initial={"days": min(30, settings.API_TOKEN_DAYS)}
    )
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = tokens.make_token(
                staff=request.user,
                name=form.cleaned_data["name"],
                abilities=form.cleaned_data["abilities"],
                days=form.cleaned_data["days"],
                strong=SECOND in request.session,
            )
        except tokens.TokenError as refused:
            form.add_error(None, str(refused))
        else:
            return render(request, "web/token_made.html", {"token": token, "secret": secret})
    status = 422 if request.method == "POST" else 200
    return render(request, "web/token_new.html", {"form": form}, status=status)


@require_POST
def token_end(request: StaffRequest, token_id: UUID) -> HttpResponse:
    """Ends one of the person's own tokens; somebody else's answers as one that does not exist."""
    if not tokens.end_token(staff=request.user, token_id=token_id):
        raise Http404
    messages.success(request, _("The token was ended; programs that use it get no answer any more."))
    return redirect("tokens")
