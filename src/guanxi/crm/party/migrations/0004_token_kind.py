from django.db import migrations, models

# A new table in the old one's place: filling the column in would write every row and every index twice over.
FILLED = """
    CREATE TABLE party_searchtoken_kinds AS
        SELECT t.token, t.institution_id, t.party_id, coalesce(p.kind, '')::varchar(16) AS kind
        FROM party_searchtoken AS t LEFT JOIN party_party AS p ON p.id = t.party_id
        ORDER BY t.token, t.institution_id, t.party_id;
    DROP TABLE party_searchtoken;
    ALTER TABLE party_searchtoken_kinds RENAME TO party_searchtoken;
    ALTER TABLE party_searchtoken
        ALTER COLUMN kind SET NOT NULL,
        ADD CONSTRAINT party_searchtoken_pkey PRIMARY KEY (token, institution_id, party_id, kind);
    CREATE INDEX token_party ON party_searchtoken (party_id);
    ANALYZE party_searchtoken;
"""
BACK = """
    DROP POLICY IF EXISTS scope ON party_searchtoken;
    ALTER TABLE party_searchtoken DROP COLUMN kind;
    ALTER TABLE party_searchtoken
        ADD CONSTRAINT party_searchtoken_pkey PRIMARY KEY (token, institution_id, party_id);
"""


class Migration(migrations.Migration):
    dependencies = [("party", "0003_sealed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="searchtoken",
                    name="kind",
                    field=models.CharField(
                        choices=[("person", "Person"), ("organisation", "Organisation")], max_length=16
                    ),
                ),
                migrations.AlterField(
                    model_name="searchtoken",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "token",
                        "institution_id",
                        "party_id",
                        "kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            database_operations=[migrations.RunSQL(FILLED, BACK)],
        ),
    ]
