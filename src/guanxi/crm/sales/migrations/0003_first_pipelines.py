from typing import Any

from django.db import migrations

from guanxi.crm.sales.put_pipelines import put_pipelines


def put(apps: Any, schema_editor: Any) -> None:
    put_pipelines(lambda name: apps.get_model("sales", name))


class Migration(migrations.Migration):
    dependencies = [("sales", "0002_opportunities")]
    operations = [migrations.RunPython(put, migrations.RunPython.noop)]
