from typing import Any

from django.db import migrations

from guanxi.crm.consent.first_texts import IN_FORCE_FROM, TEXTS
from guanxi.crm.consent.retention_rules import RULES


def put(apps: Any, schema_editor: Any) -> None:
    text = apps.get_model("consent", "ConsentText")
    text.objects.bulk_create(
        text(purpose=purpose, version=1, text_zh=words.zh, text_en=words.en, valid_from=IN_FORCE_FROM)
        for purpose, words in TEXTS.items()
    )
    rule = apps.get_model("consent", "RetentionRule")
    rule.objects.bulk_create(
        rule(kind=kind, years=one.years, kept_from=one.kept_from, basis_zh=one.zh, basis_en=one.en)
        for kind, one in RULES.items()
    )


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]
    operations = [migrations.RunPython(put, migrations.RunPython.noop)]
