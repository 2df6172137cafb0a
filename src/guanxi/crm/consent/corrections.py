"""Corrections: what a person says is wrong.

The bank's files are the source, so a value is right once a night brings it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.crm.consent.case_services import CaseError, add_step, open_and_locked
from guanxi.crm.consent.models import Correction, RightsCase
from guanxi.crm.consent.rights_codes import CaseKind, CorrectionState, What
from guanxi.crm.party.models import ContactPoint, Party, PartyIdentifier

SEVERAL = " / "
"""Between the values of a field of which a person has several."""


class Correctable(TextChoices):
    """The fields that a person may have corrected."""

    NAME = "name", gettext_lazy("Name")
    GENDER = "gender", gettext_lazy("Sex")
    BIRTH_DATE = "birth_date", gettext_lazy("Date of birth")
    NATIONALITY = "nationality", gettext_lazy("Nationality")
    EDUCATION = "education", gettext_lazy("Education")
    OCCUPATION = "occupation", gettext_lazy("Occupation")
    ANNUAL_INCOME = "annual_income", gettext_lazy("Income a year")
    MOBILE = "contact:mobile", gettext_lazy("Mobile phone")
    LANDLINE = "contact:landline", gettext_lazy("Landline")
    EMAIL = "contact:email", gettext_lazy("E-mail")
    HOME = "contact:home_address", gettext_lazy("Home address")
    WORK = "contact:work_address", gettext_lazy("Work address")
    RESIDENT_ID = "identifier:resident_id", gettext_lazy("Resident identity card")
    PASSPORT = "identifier:passport", gettext_lazy("Passport")


def values_on_file(party_id: str, field: str) -> tuple[str, ...]:
    """What the bank's files say of a field today, as text; several where a person has several (numbers, addresses)."""
    where, _colon, kind = field.partition(":")
    if kind:
        rows: Any = ContactPoint.objects if where == "contact" else PartyIdentifier.objects
        name = "value" if where == "contact" else "number"
        found = [getattr(row, name) for row in rows.filter(party_id=party_id, kind=kind).order_by("-is_primary", "pk")]
    else:
        found = [getattr(row, where) for row in Party.objects.filter(pk=party_id)]
    return tuple(_text(value) for value in found if value not in (None, ""))


def propose_correction(*, case_id: int, staff_id: str, field: str, new_value: str) -> Correction:
    """Notes what should stand where; what stands there now is kept beside it."""
    if field not in Correctable.values:
        raise CaseError(_("This field is not one of the customer's."))
    wanted = _text(new_value)
    if not wanted:
        raise CaseError(_("Write the right value."))
    with transaction.atomic():
        case = open_and_locked(case_id, CaseKind.CORRECTION)
        there = values_on_file(case.party_id, field)  # type: ignore[attr-defined]
        if wanted in there:
            raise CaseError(_("The bank's files say so already."))
        made = Correction.objects.create(
            case=case, field=field, old_value=SEVERAL.join(there)[:300], new_value=wanted[:300]
        )
        add_step(case, What.PROPOSED, staff_id, str(Correctable(field).label))
    return made


def pass_on(*, case_id: int, staff_id: str, note: str = "") -> int:
    """Notes that the proposed corrections were handed to whoever keeps the core banking system; returns how many."""
    with transaction.atomic():
        case = open_and_locked(case_id, CaseKind.CORRECTION)
        passed = case.corrections.filter(state=CorrectionState.PROPOSED).update(state=CorrectionState.SENT)
        if not passed:
            raise CaseError(_("No correction waits to be passed on."))
        add_step(case, What.SENT, staff_id, note)
    return passed


def notice_arrivals(*, today: datetime.date) -> int:
    """Looks which awaited values the bank's files have brought by now; returns how many. A case whose last value came
    is left open for its owner, who answers the customer.
    """
    arrived = 0
    for correction in _awaited():
        if correction.new_value in values_on_file(correction.case.party_id, correction.field):
            with transaction.atomic():
                case = RightsCase.objects.select_for_update().get(pk=correction.case_id)
                changed = Correction.objects.filter(pk=correction.pk).exclude(state=CorrectionState.ARRIVED)
                if changed.update(state=CorrectionState.ARRIVED, arrived_on=today):
                    add_step(case, What.ARRIVED, None, str(Correctable(correction.field).label))
                    arrived += 1
    return arrived


def _awaited() -> Iterator[Any]:
    rows = Correction.objects.exclude(state=CorrectionState.ARRIVED).select_related("case").order_by("id")
    return rows.iterator(chunk_size=500)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value).strip()
