"""The form by which a request is taken in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.case_services import CaseError, open_case
from guanxi.crm.consent.models import RightsCase
from guanxi.crm.consent.rights_codes import CaseKind, Proof, Requester, Way


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


def _line(**more: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **more})


class ReceiveForm(forms.Form):
    """A request as somebody at the counter takes it in."""

    kind = forms.ChoiceField(label=_("What is asked for"), choices=CaseKind.choices, widget=_select())
    details = forms.CharField(
        label=_("In the customer's words"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )
    requester = forms.ChoiceField(label=_("Who asks"), choices=Requester.choices, widget=_select())
    requester_name = forms.CharField(label=_("Name of who asks"), max_length=120, widget=_line())
    proof = forms.ChoiceField(label=_("Proof of identity"), choices=Proof.choices, widget=_select())
    proof_reference = forms.CharField(
        label=_("Reference of the proof"),
        max_length=120,
        widget=_line(),
        help_text=_("Last four of the document, number of the copy or of the recording."),
    )
    way = forms.ChoiceField(label=_("How it came in"), choices=Way.choices, widget=_select())
    received_on = forms.DateField(
        label=_("Came in on"),
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_on"].initial = timezone.localdate

    def open(self, *, party_id: str, staff_id: str) -> RightsCase | None:
        """Opens the case; None where the service refuses, with its reason among the form's errors."""
        try:
            return open_case(party_id=party_id, staff_id=staff_id, **self.cleaned_data)
        except CaseError as refused:
            self.add_error(None, str(refused))
            return None
