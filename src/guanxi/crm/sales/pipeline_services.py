"""Keeps every version of a pipeline: what it and its stages were, since when, by whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.crm.audit.models import Action
from guanxi.crm.audit.services import record
from guanxi.crm.sales.errors import SalesError
from guanxi.crm.sales.models import Pipeline, PipelineVersion
from guanxi.crm.sales.opportunity_codes import State


def content_of(pipeline: Any) -> dict[str, Any]:
    """A pipeline and its stages as plain data."""
    return {
        "name_zh": pipeline.name_zh,
        "name_en": pipeline.name_en,
        "tolerance": f"{pipeline.tolerance:.6f}",
        "is_active": pipeline.is_active,
        "stages": [
            {
                "code": one.code,
                "name_zh": one.name_zh,
                "name_en": one.name_en,
                "process": one.process,
                "state": one.state,
                "probability": one.probability,
                "required": list(one.required),
                "days": one.days,
                "position": one.position,
                "is_active": one.is_active,
            }
            for one in pipeline.stages.order_by("position", "id")
        ],
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """What is no longer the same: of which stage (its code; empty: of the pipeline itself), which field, both values.
    A stage that is new has the field ``code`` alone, with nothing before.
    """

    stage: str
    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What one content (:func:`content_of`) has that another had not: the pipeline first, then stage by stage."""
    own = [name for name in after if name != "stages"]
    found = [Difference("", name, before.get(name), after[name]) for name in own if before.get(name) != after[name]]
    earlier = {one["code"]: one for one in before["stages"]}
    for one in after["stages"]:
        code, was = one["code"], earlier.get(one["code"])
        if was is None:
            found.append(Difference(code, "code", None, code))
        else:
            found += [Difference(code, name, was.get(name), one[name]) for name in one if was.get(name) != one[name]]
    return tuple(found)


def since(pipeline: Any, version: int) -> tuple[str, tuple[Difference, ...]]:
    """Who kept the newest version of a pipeline, and what has become different since ``version``; two queries."""
    kept = PipelineVersion.objects.filter(pipeline=pipeline, version__gte=version).order_by("version")
    rows = list(kept.select_related("made_by"))
    if not rows or rows[0].version != version:
        return "", ()
    last: Any = rows[-1]
    return (last.made_by.name if last.made_by else ""), differences(rows[0].content, last.content)


def note_version(*, pipeline_id: int, by: str) -> PipelineVersion | None:
    """Keeps what a pipeline has become as its next version; None where nothing has changed.

    Raises :class:`SalesError` where it cannot be worked with: it needs a stage in use that is open, one that wins and
    one that loses.
    """
    with transaction.atomic():
        pipeline: Pipeline = Pipeline.objects.select_for_update().get(pk=pipeline_id)
        content = content_of(pipeline)
        states = {one["state"] for one in content["stages"] if one["is_active"]}
        if states != set(State.values):
            raise SalesError(_("A pipeline in use needs a stage that is open, one that wins and one that loses."))
        last = PipelineVersion.objects.filter(pipeline=pipeline).order_by("-version").first()
        if last is not None and last.content == content:
            return None
        pipeline.version = last.version + 1 if last else 1
        pipeline.save(update_fields=["version"])
        made = PipelineVersion.objects.create(
            pipeline=pipeline, version=pipeline.version, content=content, made_by_id=by or None
        )
        record(action=Action.CHANGE, kind="pipeline", object_id=str(pipeline.pk), detail={"version": pipeline.version})
    return made
