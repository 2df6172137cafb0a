"""What each threshold would do: the last night's pairs by bucket of probability, and some of each to look at."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from guanxi.crm.identity.models import Record, Threshold, ThresholdCount, ThresholdSample
from guanxi.crm.identity.pair_queries import Line, lines_of
from guanxi.crm.kernel.scope import Scope
from guanxi.crm.org.models import Staff

SAMPLES = 8


@dataclass(frozen=True, slots=True)
class Step:
    """One bucket, ``low`` its lower edge; ``above`` are the pairs of it and of all more probable ones."""

    low: Decimal
    pairs: int
    above: int


@dataclass(frozen=True, slots=True)
class Standing:
    """The thresholds in force, and who set them; None before anybody did: the program's own hold."""

    merge_from: Decimal | None
    review_from: Decimal | None
    by: str = ""
    row: Threshold | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One pair of a bucket, with what differs and what agrees."""

    left: Record
    right: Record
    probability: Decimal
    lines: tuple[Line, ...]


def steps_of(kind: str) -> tuple[Step, ...]:
    """The buckets of one kind of customer, the most probable first; one query."""
    above, found = 0, []
    for low, pairs in ThresholdCount.objects.filter(kind=kind).order_by("-low").values_list("low", "pairs"):
        above += pairs
        found.append(Step(low, pairs, above))
    return tuple(found)


def standing(kind: str) -> Standing:
    """The thresholds that the next night goes by; at most two queries."""
    row = Threshold.objects.filter(kind=kind).order_by("-id").first()
    if row is None:
        return Standing(None, None)
    name = Staff.objects.filter(pk=row.made_by_id).values_list("name", flat=True).first() or ""
    return Standing(row.merge_from, row.review_from, name, row)


def samples_of(scope: Scope, kind: str, low: str) -> tuple[Sample, ...]:
    """Some pairs of a bucket within the scope; one query, none for an address that names no bucket."""
    try:
        edge = Decimal(low)
    except InvalidOperation:
        return ()
    rows = ThresholdSample.objects.visible_to(scope).filter(kind=kind, low=edge).select_related("left", "right")
    return tuple(
        Sample(row.left, row.right, row.probability, lines_of(row.left, row.right))
        for row in rows.order_by("place")[:SAMPLES]
    )
