"""The forms of leads: what is said of one, what becomes of it, and the public one."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from guanxi.crm.party.industry import sections
from guanxi.crm.party.models import PartyKind
from guanxi.crm.sales.lead_codes import Closing, LeadProduct, LeadSource
from guanxi.crm.sales.leads.services import Details
from guanxi.crm.sales.models import Lead

ANYTHING = [("", _("Not said"))]
# The sources that a person may name; the others are told by the way the lead came.
BY_HAND = tuple(one for one in LeadSource if one not in (LeadSource.WEB, LeadSource.API, LeadSource.IMPORT))


def _line(**more: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **more})


def _select() -> forms.Select:
    return forms.Select(attrs={"class": "form-select"})


class LeadForm(forms.Form):
    """A lead by hand. ``key`` makes a new one once however often it is sent; ``version`` is the one that was seen.

    What is secret is not filled in again: an empty phone or identifier leaves what stands.
    """

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    checked = forms.CharField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind"), choices=PartyKind.choices, widget=_select())
    name = forms.CharField(label=_("Name"), max_length=200, widget=_line())
    contact_name = forms.CharField(
        label=_("Contact person"), required=False, max_length=120, widget=_line(placeholder=_("Of a firm"))
    )
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40, widget=_line(type="tel", inputmode="tel"))
    identifier = forms.CharField(
        label=_("Identity or credit code"), required=False, max_length=64, widget=_line(autocapitalize="characters")
    )
    city = forms.CharField(label=_("City"), required=False, max_length=60, widget=_line())
    industry_code = forms.ChoiceField(label=_("Industry"), required=False, widget=_select())
    product = forms.ChoiceField(
        label=_("Interest"), required=False, choices=[*ANYTHING, *LeadProduct.choices], widget=_select()
    )
    amount = forms.DecimalField(
        label=_("Amount in CNY"), required=False, min_value=0, max_digits=18, decimal_places=2,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "decimal", "min": "0", "step": "any"}),
    )  # fmt: skip
    source = forms.ChoiceField(label=_("Source"), widget=_select())
    source_detail = forms.CharField(
        label=_("More about the source"), required=False, max_length=120,
        widget=_line(placeholder=_("Such as the name of the campaign or of who referred")),
    )  # fmt: skip
    text = forms.CharField(
        label=_("Note"), required=False, max_length=2_000,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )  # fmt: skip
    institution = forms.ChoiceField(label=_("Institution"), required=False, widget=_select())
    to = forms.ChoiceField(label=_("Who gets it"), required=False, widget=_select())

    def __init__(self, *args: Any, lead: Lead | None = None, places: list[tuple[str, str]] | None = None,
                 to: list[tuple[str, Any]] | None = None, **kwargs: Any) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.lead = lead
        fields: Any = self.fields
        sources = list(BY_HAND)
        if lead is not None and lead.source not in sources:
            sources.append(LeadSource(lead.source))
        fields["source"].choices = [(one.value, one.label) for one in sources]
        codes = [(one.key, f"{one.key} {one.name}") for section in sections() for one in section.divisions]
        if lead is not None and lead.industry_code and lead.industry_code not in dict(codes):
            codes.append((lead.industry_code, lead.industry_code))
        fields["industry_code"].choices = [*ANYTHING, *codes]
        for name, choices in (("institution", places), ("to", to)):
            if choices and len(choices) > 1:
                fields[name].choices = choices
            else:
                del fields[name]

    @classmethod
    def fresh(cls, *, places: list[tuple[str, str]], to: list[tuple[str, Any]]) -> LeadForm:
        """The form as it is shown first, with a key of its own."""
        return cls(places=places, to=to, initial={"key": uuid4(), "source": LeadSource.HAND, "kind": PartyKind.PERSON})

    @classmethod
    def of(cls, lead: Lead) -> LeadForm:
        """The form filled with what stands and may be seen."""
        return cls(lead=lead, initial=values_of(lead))

    def details(self) -> Details:
        """What was entered, as the services take it."""
        found = self.cleaned_data
        keep = self.lead
        return Details(
            kind=found["kind"],
            name=found["name"],
            source=found["source"],
            contact_name=found["contact_name"],
            phone=found["phone"] or (keep.phone if keep else ""),
            identifier=found["identifier"] or (keep.identifier if keep else ""),
            city=found["city"],
            industry_code=found["industry_code"],
            product=found["product"],
            amount=found["amount"],
            source_detail=found["source_detail"],
            text=found["text"],
        )


def values_of(lead: Lead) -> dict[str, Any]:
    """A lead as the form's values, without what is secret."""
    names = ("kind", "name", "contact_name", "city", "industry_code", "product", "amount", "source", "source_detail",
             "text", "version")  # fmt: skip
    return {name: getattr(lead, name) for name in names}


class CloseForm(forms.Form):
    """Why a lead comes to nothing."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    closing = forms.ChoiceField(label=_("Why"), choices=[("", _("Choose")), *Closing.choices], widget=_select())
    text = forms.CharField(label=_("In a few words"), required=False, max_length=300, widget=_line())


class ConvertForm(forms.Form):
    """What becomes of a lead, and the opportunity that comes of it."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    party = forms.CharField(required=False, max_length=32)
    opportunity = forms.BooleanField(
        label=_("Open an opportunity"), required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
    )
    title = forms.CharField(label=_("What it is called"), required=False, max_length=120, widget=_line())
    product = forms.ChoiceField(
        label=_("Product line"), required=False, choices=[*ANYTHING, *LeadProduct.choices], widget=_select()
    )
    amount = forms.DecimalField(
        label=_("Amount in CNY"), required=False, min_value=0, max_digits=18, decimal_places=2,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "decimal", "min": "0", "step": "any"}),
    )  # fmt: skip

    expected_on = forms.DateField(
        label=_("May be won by"), required=False,
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """An opportunity has a name, a product line and a day."""
        found = super().clean() or {}
        if found.get("opportunity"):
            if not found.get("title"):
                self.add_error("title", _("Say what it is called."))
            if not found.get("product"):
                self.add_error("product", _("Choose the product line."))
            if not found.get("expected_on") and "expected_on" not in self.errors:
                self.add_error("expected_on", _("Say by when."))
        return found


class PublicForm(forms.Form):
    """What somebody asks of the bank on its public page. ``website`` is left empty by people: only programs fill it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("I ask for"), choices=[], widget=_select())
    name = forms.CharField(label=_("Your name"), max_length=100, widget=_line(autocomplete="name"))
    company = forms.CharField(
        label=_("Your company"), required=False, max_length=200, widget=_line(autocomplete="organization")
    )
    phone = forms.CharField(
        label=_("Your phone"), max_length=40, widget=_line(type="tel", inputmode="tel", autocomplete="tel")
    )
    city = forms.ChoiceField(label=_("City"), required=False, widget=_select())
    product = forms.ChoiceField(
        label=_("What about"), required=False, choices=[*ANYTHING, *LeadProduct.choices], widget=_select()
    )
    text = forms.CharField(
        label=_("What you wish"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )  # fmt: skip
    website = forms.CharField(required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}))
    agreed = forms.BooleanField(
        label=_("I have read this and agree"),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Without your consent we may not contact you.")},
    )

    def __init__(self, *args: Any, cities: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = [(PartyKind.PERSON, _("myself")), (PartyKind.ORGANISATION, _("my company"))]
        fields["city"].choices = [("", _("Elsewhere")), *((one, one) for one in cities)]

    def clean(self) -> dict[str, Any]:
        """A company has a name; a phone looks like one."""
        from guanxi.crm.sales.leads.folding import looks_like_a_phone

        found = super().clean() or {}
        if found.get("kind") == PartyKind.ORGANISATION and not found.get("company"):
            self.add_error("company", _("Give the name of your company."))
        if found.get("phone") and not looks_like_a_phone(found["phone"]):
            self.add_error("phone", _("This is no phone number: eleven digits for a mobile."))
        return found
