"""The form before a reveal: what for."""

from __future__ import annotations

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.crm.kernel.masks import Secret


class Why(models.TextChoices):
    """The work for which a clear value is needed."""

    CONTACT = "contact", _("Call or write to the customer")
    VISIT = "visit", _("Visit or delivery")
    IDENTITY = "identity", _("Check who somebody is")
    BUSINESS = "business", _("Carry out an order or an application")
    COMPLAINT = "complaint", _("Question or complaint")
    COLLECTION = "collection", _("Credit check or collection")
    DATA = "data", _("Correct or check data")
    COMPLIANCE = "compliance", _("Compliance, authority or court")


USUAL: dict[Secret, Why] = {
    Secret.PHONE: Why.CONTACT,
    Secret.EMAIL: Why.CONTACT,
    Secret.HANDLE: Why.CONTACT,
    Secret.ADDRESS: Why.VISIT,
    Secret.RESIDENT_NUMBER: Why.IDENTITY,
    Secret.DOCUMENT_NUMBER: Why.IDENTITY,
    Secret.ACCOUNT: Why.BUSINESS,
}


class RevealForm(forms.Form):
    """The kind of work, and in words what exactly."""

    why = forms.ChoiceField(
        label=_("What for"),
        choices=Why.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    reason = forms.CharField(
        label=_("In a few words"),
        help_text=_("For example: call back about the deposit that matures on Friday. It stands in the audit log."),
        min_length=4,
        max_length=200,
        error_messages={
            "required": _("Say in a few words what you need it for."),
            "min_length": _("Say in a few words what you need it for."),
        },
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", "enterkeyhint": "done"}),
    )
