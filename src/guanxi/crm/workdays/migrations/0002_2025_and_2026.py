from typing import Any

from django.db import migrations

from guanxi.crm.workdays.published import days_of


def put(apps: Any, schema_editor: Any) -> None:
    special = apps.get_model("workdays", "SpecialDay")
    special.objects.bulk_create(
        special(day=day, kind=kind, name_zh=zh, name_en=en) for day, kind, zh, en in days_of(2025, 2026)
    )


class Migration(migrations.Migration):
    dependencies = [("workdays", "0001_initial")]
    operations = [migrations.RunPython(put, migrations.RunPython.noop)]
