from typing import Any

from django.db import migrations

from guanxi.crm.sales.lead_first_words import CONSENT_EN, CONSENT_ZH, SCORES, WAYS


def put(apps: Any, schema_editor: Any) -> None:
    scoring, assigning, setup = (
        apps.get_model("sales", name) for name in ("ScoringRule", "AssignmentRule", "LeadSetup")
    )
    scoring.objects.bulk_create(
        scoring(
            criterion=one.criterion,
            value=one.value,
            points=one.points,
            name_zh=one.zh,
            name_en=one.en,
            position=position,
        )
        for position, one in enumerate(SCORES, 1)
    )
    assigning.objects.bulk_create(
        assigning(way=one.way, name_zh=one.zh, name_en=one.en, product=one.product, position=position)
        for position, one in enumerate(WAYS, 1)
    )
    setup.objects.create(id=1, consent_zh=CONSENT_ZH, consent_en=CONSENT_EN)


class Migration(migrations.Migration):
    dependencies = [("sales", "0004_lead_setup")]
    operations = [migrations.RunPython(put, migrations.RunPython.noop)]
