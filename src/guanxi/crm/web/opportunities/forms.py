"""The forms of an opportunity: what is known of it, and how it ended."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.sales.models.opportunities import CNY
from guanxi.crm.sales.opportunity_codes import ProductLine
from guanxi.crm.sales.opportunity_services import Entered
from guanxi.crm.web.contact.forms import date_input
from guanxi.crm.web.contact.forms import line as words_input
from guanxi.crm.web.display import Display
from guanxi.crm.web.opportunities.words import read_amount, typed_amount

USUAL_DAYS = 30
SHIFTS = frozenset({0, 3, 4, 6, 8})
SELECT = {"class": "form-select"}
TERMS = (30, 90, 180, 365, 730, 1095, 1825)


class AmountField(forms.CharField):
    """An amount in the unit that the form's ``shift`` says; gives CNY (or the currency's) units."""

    def __init__(self, **more: Any) -> None:
        attrs = {"class": "form-control", "inputmode": "decimal", "autocomplete": "off"}
        super().__init__(required=False, max_length=24, widget=forms.TextInput(attrs=attrs), **more)


class WithAmounts(forms.Form):
    """A form whose amounts are in the unit that stood on the page when it was made: ``shift`` goes along with it."""

    shift = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def unit(self) -> int:
        """The power of ten of the unit in which amounts were typed."""
        found = self.cleaned_data.get("shift")
        return found if found in SHIFTS else 0

    def amount_of(self, name: str) -> Decimal | None:
        """The amount in a field; an error beside the field where it is none."""
        try:
            return read_amount(self.cleaned_data.get(name) or "", self.unit())
        except ValueError:
            self.add_error(name, _("Write an amount in digits."))
            return None


class OpportunityForm(WithAmounts):
    """What is known of an opportunity; the product line is chosen once, when it is opened."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=10**9)
    line = forms.ChoiceField(
        label=gettext_lazy("Product line"), choices=ProductLine.choices, widget=forms.Select(attrs=SELECT)
    )
    title = forms.CharField(label=gettext_lazy("What it is about"), max_length=120, widget=words_input())
    amount = AmountField(label=gettext_lazy("Amount"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), widget=forms.Select(attrs=SELECT))
    term_days = forms.IntegerField(
        label=gettext_lazy("Term in days"),
        required=False,
        min_value=1,
        max_value=36_500,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric", "list": "terms"}),
    )
    expected_on = forms.DateField(label=gettext_lazy("Expected close"), widget=date_input())
    owner = forms.ChoiceField(label=gettext_lazy("Led by"), required=False, widget=forms.Select(attrs=SELECT))
    need = forms.CharField(
        label=gettext_lazy("What the customer needs"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )
    decider = forms.CharField(label=gettext_lazy("Who decides"), required=False, max_length=120, widget=words_input())

    def __init__(
        self,
        *args: Any,
        display: Display,
        currencies: tuple[str, ...] = (CNY,),
        people: list[tuple[str, str]] | None = None,
        lines: list[tuple[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].label = f"{_('Amount')} ({display.unit})"
        if len(currencies) == 1:
            del self.fields["currency"]
        else:
            self.fields["currency"].choices = [(one, one) for one in currencies]  # type: ignore[attr-defined]
        if people:
            self.fields["owner"].choices = people  # type: ignore[attr-defined]
        else:
            del self.fields["owner"]
        if lines is None:
            del self.fields["line"]
        else:
            self.fields["line"].choices = lines  # type: ignore[attr-defined]

    @classmethod
    def fresh(cls, *, display: Display, line: str = "", **more: Any) -> OpportunityForm:
        """For a new opportunity."""
        initial = {
            "key": uuid4(),
            "shift": display.shift,
            "currency": CNY,
            "line": line,
            "expected_on": timezone.localdate() + datetime.timedelta(days=USUAL_DAYS),
        }
        return cls(initial=initial, display=display, **more)

    def clean(self) -> dict[str, Any]:
        """Reads the amount in its unit."""
        found = super().clean() or {}
        found["amount"] = self.amount_of("amount")
        if found["amount"] is not None and found["amount"] < 0:
            self.add_error("amount", _("An amount is not negative."))
        return found

    def entered(self) -> Entered:
        """What was entered."""
        found = self.cleaned_data
        return Entered(
            title=found["title"],
            expected_on=found["expected_on"],
            need=found["need"],
            decider=found["decider"],
            amount=found["amount"],
            currency=found.get("currency") or CNY,
            term_days=found["term_days"],
        )


def values_of(one: Any, display: Display) -> dict[str, Any]:
    """What stands in an opportunity, as its form shows it."""
    return {
        "version": one.version,
        "shift": display.shift,
        "title": one.title,
        "amount": typed_amount(one.amount, display),
        "currency": one.currency,
        "term_days": one.term_days,
        "expected_on": one.expected_on,
        "owner": one.owner_id,
        "need": one.need,
        "decider": one.decider,
    }


class ManyForm(forms.Form):
    """What is said about several opportunities at once."""

    day = forms.DateField(label=gettext_lazy("Expected close"), required=False, widget=date_input())
