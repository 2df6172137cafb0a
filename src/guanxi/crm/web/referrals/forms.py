"""The forms of referrals."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.lead_codes import LeadProduct
from guanxi.crm.sales.referral_codes import ReferralWay
from guanxi.crm.sales.referral_services import Wanted
from guanxi.crm.web.referrals.places import Choices, Place

USUAL_SHARE = Decimal(30)
CHOOSE = {"required": _("Choose one."), "invalid_choice": _("Choose one.")}
MONEY: dict[str, Any] = {"required": False, "max_digits": 18, "decimal_places": 2, "min_value": 0}


def _text(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"class": "form-control", "rows": rows})


def _line(**more: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **more})


def _amount() -> forms.TextInput:
    return _line(inputmode="decimal")


class ToForm(forms.Form):
    """Where it goes."""

    to = forms.ChoiceField(
        label=_("To"), choices=(), error_messages=CHOOSE, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: Any, places: Choices, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["to"].choices = [("", _("Choose")), *places]  # type: ignore[attr-defined]

    @property
    def place(self) -> Place:
        """Where it goes, once the form is valid."""
        return Place.read(self.cleaned_data["to"])


class ReferralForm(ToForm):
    """Somebody is passed on. About a customer the page says whom; else name, kind and phone are asked for."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200, required=False, widget=_line())
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(PartyKind.PERSON, _("A person")), (PartyKind.ORGANISATION, _("A firm"))],
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False, widget=_line(inputmode="tel"))
    way = forms.ChoiceField(
        label=_("Way"),
        choices=[("", _("Choose")), *ReferralWay.choices],
        error_messages=CHOOSE,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    product = forms.ChoiceField(
        label=_("Interest"),
        choices=[("", _("Choose")), *LeadProduct.choices],
        error_messages=CHOOSE,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    amount = forms.DecimalField(label=_("Amount, CNY"), widget=_amount(), **MONEY)
    share = forms.DecimalField(
        label=_("Your share of the credit, %"),
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=50,
        initial=USUAL_SHARE,
        widget=_amount(),
        help_text=_("Counts once it closes with success; up to 50."),
    )
    text = forms.CharField(label=_("What the taker should know"), required=False, max_length=1_000, widget=_text())

    def __init__(self, *args: Any, about: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.initial.setdefault("key", uuid4())
        if about:
            for name in ("name", "kind", "phone"):
                del self.fields[name]
        self.order_fields(["key", "name", "kind", "phone", "way", "to", "product", "amount", "share", "text"])

    def wanted(self, party_id: str) -> Wanted:
        """What was entered."""
        entered, place = self.cleaned_data, self.place
        return Wanted(
            way=entered["way"],
            institution_id=place.institution_id,
            taker_id=place.taker_id,
            product=entered["product"],
            share=entered["share"],
            party_id=party_id,
            kind=entered.get("kind", ""),
            name=entered.get("name", ""),
            phone=entered.get("phone", ""),
            amount=entered["amount"],
            text=entered["text"],
        )


class AnswerForm(forms.Form):
    """Accepted, declined or returned; a reason with the last two."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    answer = forms.ChoiceField(choices=[(one, one) for one in ("accept", "decline", "return")])
    text = forms.CharField(label=_("Why"), required=False, max_length=300, widget=_text(2))


class PassForm(ToForm):
    """Passed on, or sent again."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    text = forms.CharField(label=_("What the taker should know"), required=False, max_length=300, widget=_text(2))


class EndForm(forms.Form):
    """Closed with what came of it, closed with nothing, or withdrawn by its sender."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    end = forms.ChoiceField(choices=[(one, one) for one in ("won", "lost", "withdraw")])
    amount = forms.DecimalField(label=_("What came of it, CNY"), widget=_amount(), **MONEY)
    text = forms.CharField(label=_("Remark"), required=False, max_length=300, widget=_text(2))


def _in_a_month() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=30)


class OpportunityForm(forms.Form):
    """The opportunity that is opened of it."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    title = forms.CharField(label=_("Title"), max_length=120, widget=_line())
    expected_on = forms.DateField(
        label=_("Expected close"),
        initial=_in_a_month,
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )
