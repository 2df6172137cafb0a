"""Books know the kind of their customers: behind a wall between the lines of business they are told apart.

The key of a table cannot be changed by Django, so the database's part is SQL; what earlier nights wrote keeps an empty
kind.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_initial")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE insight_bookday ADD COLUMN kind varchar(16) NOT NULL DEFAULT '';"
                    "ALTER TABLE insight_bookday ALTER COLUMN kind DROP DEFAULT;"
                    "ALTER TABLE insight_bookday DROP CONSTRAINT insight_bookday_pkey;"
                    "ALTER TABLE insight_bookday ADD PRIMARY KEY"
                    " (business_date, institution_id, manager_id, kind, tier);",
                    "ALTER TABLE insight_bookday DROP CONSTRAINT insight_bookday_pkey;"
                    "ALTER TABLE insight_bookday DROP COLUMN kind;"
                    "ALTER TABLE insight_bookday ADD PRIMARY KEY"
                    " (business_date, institution_id, manager_id, tier);",
                )
            ],
            state_operations=[
                migrations.AddField(
                    "BookDay",
                    "kind",
                    models.CharField(
                        choices=[("person", "Person"), ("organisation", "Organisation")],
                        default="",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                migrations.AlterField(
                    "BookDay",
                    "pk",
                    models.CompositePrimaryKey(
                        "business_date",
                        "institution_id",
                        "manager_id",
                        "kind",
                        "tier",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        )
    ]
