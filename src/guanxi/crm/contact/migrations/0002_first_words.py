from typing import Any

from django.db import migrations

from guanxi.crm.contact.first_words import OUTCOMES, TEMPLATES


def put(apps: Any, schema_editor: Any) -> None:
    outcome = apps.get_model("contact", "Outcome")
    outcome.objects.bulk_create(
        outcome(
            kind=one.kind,
            code=one.code,
            name_zh=one.zh,
            name_en=one.en,
            result=one.result,
            follow_up_days=one.days,
            position=position,
        )
        for position, one in enumerate(OUTCOMES, 1)
    )
    template = apps.get_model("contact", "ActivityTemplate")
    template.objects.bulk_create(
        template(
            kind=one.kind,
            name_zh=one.zh,
            name_en=one.en,
            text_zh=one.text_zh,
            text_en=one.text_en,
            minutes=one.minutes,
            position=position,
        )
        for position, one in enumerate(TEMPLATES, 1)
    )


class Migration(migrations.Migration):
    dependencies = [("contact", "0001_initial")]
    operations = [migrations.RunPython(put, migrations.RunPython.noop)]
