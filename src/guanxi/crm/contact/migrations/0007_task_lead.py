from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0006_prospects"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="task",
            name="task_open_lead",
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("lead__isnull", False)), fields=["lead", "due_on", "id"], name="task_lead"
            ),
        ),
    ]
