"""Where customers are, as far as the bank knows: where a phone was at an earlier visit, else their county's centre.

Addresses are not looked up anywhere: that would tell somebody outside where the bank's customers live. The centres of
divisions come with the program (``divisions.csv``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.db.models import Case, IntegerField, Value, When

from guanxi.crm.contact.models import Activity
from guanxi.crm.kernel.routes import Point
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.party.models import ContactPoint

FILE = Path(__file__).with_name("divisions.csv")
# Of several addresses, where somebody is met: at work or at the firm's seat before at home.
ADDRESSES = ("registered_address", "work_address", "office_address", "home_address")


class Known(StrEnum):
    """How well a place is known."""

    VISITED = "visited"
    COUNTY = "county"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a customer is, and how well that is known."""

    point: Point
    known: Known


@cache
def centres() -> dict[str, Point]:
    """The centre of each division by its six digits; read once a process."""
    found = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, longitude, latitude = line.split(",")
            found[code] = Point(float(latitude), float(longitude))
    return found


def centre_of(code: str) -> Place | None:
    """The centre of a division, or of the city above it; None where neither is known."""
    code = code.strip()[:6]
    if code in centres() and not code.endswith("00"):
        return Place(centres()[code], Known.COUNTY)
    city = f"{code[:4]}00"
    return Place(centres()[city], Known.CITY) if len(code) == 6 and city in centres() else None


def places_of_prospects(scope: Scope, lead_ids: Collection[int]) -> dict[int, Place]:
    """Where some prospects were visited last; the others are left out. One query, none for none."""
    wanted = tuple(sorted(set(lead_ids)))
    if not wanted:
        return {}
    visits = Activity.objects.visible_to(scope).filter(lead_id__in=wanted, latitude__isnull=False)
    latest = visits.order_by("lead_id", "-at").distinct("lead_id").values_list("lead_id", "latitude", "longitude")
    return {number: Place(Point(float(lat), float(lon)), Known.VISITED) for number, lat, lon in latest}


def places_of(scope: Scope, party_ids: Collection[str]) -> dict[str, Place]:
    """Where some customers are; those of whom nothing is known are left out. Two queries."""
    wanted = tuple(sorted(set(party_ids)))
    if not wanted:
        return {}
    found: dict[str, Place] = {}
    order = Case(
        *(When(kind=kind, then=Value(number)) for number, kind in enumerate(ADDRESSES)),
        default=Value(len(ADDRESSES)),
        output_field=IntegerField(),
    )
    rows = ContactPoint.objects.visible_to(scope).filter(party_id__in=wanted, kind__endswith="address")
    for number, code in (
        rows.exclude(region_code="").annotate(place=order).order_by("-place", "is_primary", "sequence_no")
        .values_list("party_id", "region_code")
    ):  # fmt: skip
        place = centre_of(code)
        if place:
            found[number] = place
    # The latest visit says it best.
    visits = Activity.objects.visible_to(scope).filter(party_id__in=wanted, latitude__isnull=False)
    latest = visits.order_by("party_id", "-at").distinct("party_id").values_list("party_id", "latitude", "longitude")
    for number, latitude, longitude in latest:
        found[number] = Place(Point(float(latitude), float(longitude)), Known.VISITED)
    return found
