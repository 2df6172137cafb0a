"""Writes the pipelines that a new installation begins with; by the migration, and by tests whose tables are empty."""

from __future__ import annotations

from typing import Any

from guanxi.crm.sales.first_pipelines import PIPELINES, REASONS


def put_pipelines(models: Any) -> None:
    """Writes pipelines with their stages and first version, and reasons; ``models(name)`` gives a model. What is there
    already stays as it is.
    """
    pipeline_of, stage_of, reason_of = models("Pipeline"), models("Stage"), models("CloseReason")
    for position, first in enumerate(PIPELINES, 1):
        pipeline, made = pipeline_of.objects.get_or_create(
            line=first.line,
            defaults={
                "name_zh": first.zh, "name_en": first.en, "tolerance": first.tolerance, "position": position,
                "version": 1,
            },
        )  # fmt: skip
        if not made:
            continue
        stages = [
            stage_of(
                pipeline=pipeline,
                code=one.code,
                name_zh=one.zh,
                name_en=one.en,
                process=one.process,
                state=one.state,
                probability=one.probability,
                required=list(one.required),
                days=one.days,
                position=place,
            )
            for place, one in enumerate(first.stages, 1)
        ]
        stage_of.objects.bulk_create(stages)
        from guanxi.crm.sales.pipeline_services import content_of

        models("PipelineVersion").objects.create(pipeline=pipeline, version=1, content=content_of(pipeline))
    for place, reason in enumerate(REASONS, 1):
        reason_of.objects.get_or_create(
            state=reason.state,
            code=reason.code,
            defaults={"name_zh": reason.zh, "name_en": reason.en, "position": place},
        )
