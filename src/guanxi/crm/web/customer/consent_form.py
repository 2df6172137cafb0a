"""The small form by which consent is recorded or withdrawn."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.consent.codes import ASKED_BY_STAFF, BY_CHANNEL, CONTACT_CHANNELS, Decision, How, Purpose
from guanxi.crm.consent.models import ConsentEvent
from guanxi.crm.consent.services import ConsentError, Evidence, record_consent, withdraw_consent

EVERYTHING = "everything"


class ConsentForm(forms.Form):
    """One thing that a person said."""

    decision = forms.ChoiceField(
        label=_("What the customer says"), choices=Decision.choices, widget=forms.RadioSelect, initial=Decision.GIVEN
    )
    purpose = forms.ChoiceField(
        label=_("For what"),
        choices=[*Purpose.choices, (EVERYTHING, _("Everything (withdrawal only)"))],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    channels = forms.MultipleChoiceField(
        label=_("Through which channels"),
        choices=[(channel.value, channel.label) for channel in CONTACT_CHANNELS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("For marketing and surveys. Nothing ticked in a withdrawal means every channel."),
    )
    how = forms.ChoiceField(
        label=_("How it was said"),
        choices=[(how.value, how.label) for how in How if how in ASKED_BY_STAFF],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        help_text=_("Number of the form or the recording. A withdrawal needs none."),
    )
    said_on = forms.DateField(
        label=_("Said on"), widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: until it is withdrawn."),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said_on"].initial = timezone.localdate

    def clean(self) -> dict[str, Any]:
        """What does not fit together is said beside its field."""
        found = super().clean() or {}
        given = found.get("decision") == Decision.GIVEN
        purpose = found.get("purpose")
        if given and purpose == EVERYTHING:
            self.add_error("purpose", _("Consent is given for one purpose at a time."))
        if given and purpose in BY_CHANNEL and not found.get("channels"):
            self.add_error("channels", _("Choose at least one channel."))
        if given and not found.get("evidence"):
            self.add_error("evidence", _("Say where the evidence lies: the form's number, the recording's."))
        said_on: datetime.date | None = found.get("said_on")
        if said_on and said_on > timezone.localdate():
            self.add_error("said_on", _("The day lies in the future."))
        until: datetime.date | None = found.get("valid_until")
        if said_on and until and until < said_on:
            self.add_error("valid_until", _("It would end before it begins."))
        return found

    def record(self, *, party_id: str, staff_id: str) -> tuple[ConsentEvent, ...]:
        """Records it; what the service does not accept becomes an error of the form, and nothing is recorded."""
        entered = self.cleaned_data
        evidence = Evidence(how=entered["how"], reference=entered["evidence"], note=entered["note"], staff_id=staff_id)
        try:
            if entered["decision"] == Decision.GIVEN:
                return record_consent(
                    party_id=party_id,
                    purpose=entered["purpose"],
                    channels=entered["channels"],
                    evidence=evidence,
                    said_on=entered["said_on"],
                    valid_until=entered["valid_until"],
                )
            everything = entered["purpose"] == EVERYTHING
            return withdraw_consent(
                party_id=party_id,
                purposes=tuple(Purpose) if everything else (entered["purpose"],),
                channels=None if everything else entered["channels"] or None,
                evidence=evidence,
                said_on=entered["said_on"],
            )
        except ConsentError as refused:
            self.add_error(None, str(refused))
            return ()
